/** The exports that are under way: they go on whatever screen is shown. */
import { create } from 'zustand';

interface Exports {
  /** Rows written, by the export's ticket. */
  rows: Readonly<Record<string, number>>;
  begin: (ticket: string) => void;
  progress: (ticket: string, rows: number) => void;
  end: (ticket: string) => void;
}

export const useExports = create<Exports>((set) => ({
  rows: {},
  begin: (ticket) => {
    set(({ rows }) => ({ rows: { ...rows, [ticket]: 0 } }));
  },
  progress: (ticket, written) => {
    // What comes after the end is of no use to anybody.
    set(({ rows }) => (ticket in rows ? { rows: { ...rows, [ticket]: written } } : {}));
  },
  end: (ticket) => {
    set(({ rows }) => ({ rows: Object.fromEntries(Object.entries(rows).filter(([one]) => one !== ticket)) }));
  },
}));
