/** How a person likes the window: kept on this computer, never anything about devices or accounts. */
import type { FileFormat } from '../../src-main/domain/file-formats';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface ColumnPreference {
  /** All columns' keys in their order; empty for the order in which they are declared. */
  order: string[];
  /** Only those that a person showed or hid. */
  visible: Record<string, boolean>;
  /** Pixels, only of those that a person made wider or narrower. */
  widths: Record<string, number>;
}

export const DECLARED_COLUMNS: ColumnPreference = { order: [], visible: {}, widths: {} };

/** How tables were exported last. */
export interface ExportPreference {
  format: FileFormat;
  columns: 'shown' | 'all';
}

interface Preferences {
  columns: Readonly<Record<string, ColumnPreference>>;
  tourDone: boolean;
  exportAs: ExportPreference;
  setExportAs: (change: Partial<ExportPreference>) => void;
  setColumns: (list: string, columns: ColumnPreference) => void;
  startTour: () => void;
  endTour: () => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      columns: {},
      tourDone: false,
      exportAs: { format: 'xlsx', columns: 'shown' },
      setExportAs: (change) => {
        set(({ exportAs }) => ({ exportAs: { ...exportAs, ...change } }));
      },
      setColumns: (list, columns) => {
        set((state) => ({ columns: { ...state.columns, [list]: columns } }));
      },
      startTour: () => {
        set({ tourDone: false });
      },
      endTour: () => {
        set({ tourDone: true });
      },
    }),
    { name: 'preferences', version: 1 },
  ),
);
