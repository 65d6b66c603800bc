/** The last minutes of the jobs that run, for their charts: one point a second, kept while the window is open. */
import { create } from 'zustand';
import type { JobProgress } from '../../src-main/monitor/progress';

export interface TrendPoint {
  /** Seconds since the epoch. */
  at: number;
  /** Devices a second. */
  accepted: number;
  confirmed: number;
  /** Requests that the carrier put off since the point before. */
  putOff: number;
}

interface Trends {
  of: Readonly<Record<number, readonly TrendPoint[]>>;
  add: (progress: JobProgress) => void;
}

const KEPT = 300;
const throttledBefore = new Map<number, number>();

export const useTrends = create<Trends>((set, get) => ({
  of: {},
  add: ({ jobId, acceptedPerSecond, outcomesPerSecond, throttled }) => {
    const points = get().of[jobId] ?? [];
    const at = Math.floor(Date.now() / 1000);
    if (points.at(-1)?.at === at) return;
    const putOff = Math.max(0, throttled - (throttledBefore.get(jobId) ?? 0));
    throttledBefore.set(jobId, throttled);
    const point = { at, accepted: acceptedPerSecond, confirmed: outcomesPerSecond, putOff };
    set({ of: { ...get().of, [jobId]: [...points, point].slice(-KEPT) } });
  },
}));
