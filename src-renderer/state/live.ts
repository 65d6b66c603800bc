/** What the main process tells while it works. */
import { create } from 'zustand';
import type { JobProgress } from '../../src-main/monitor/progress';
import type { SyncProgress } from '../../src-main/inventory/sync';
import { listen } from '../lib/api';
import { showFailure } from '../lib/failures';
import { useExports } from './exports';
import { useNavigation } from './navigation';
import { useSession } from './session';
import { useTrends } from './trends';

interface Live {
  progress: Readonly<Record<number, JobProgress>>;
  /** Jobs that run now. */
  running: ReadonlySet<number>;
  /** Grows whenever a job changed its state, so that lists reload. */
  jobTick: number;
  sync: SyncProgress | null;
  /** Grows whenever the inventory or the catalog changed. */
  inventoryTick: number;
  /** Grows when the engine has started, or could not. */
  engineTick: number;
  inventoryChanged: () => void;
}

export const useLive = create<Live>((set) => ({
  progress: {},
  running: new Set(),
  jobTick: 0,
  sync: null,
  inventoryTick: 0,
  engineTick: 0,
  inventoryChanged: () => {
    set(({ inventoryTick }) => ({ inventoryTick: inventoryTick + 1 }));
  },
}));

/** Call it once. @returns a function that stops listening */
export function followMainProcess(): () => void {
  const stops = [
    listen('job.progress', (progress) => {
      useLive.setState((state) => ({ progress: { ...state.progress, [progress.jobId]: progress } }));
      useTrends.getState().add(progress);
    }),
    listen('job.changed', ({ jobId, state: jobState }) => {
      useLive.setState((state) => {
        const running = new Set(state.running);
        if (jobState === 'running') running.add(jobId);
        else running.delete(jobId);
        return { running, jobTick: state.jobTick + 1, inventoryTick: state.inventoryTick + 1 };
      });
    }),
    listen('sync.progress', (sync) => {
      useLive.setState((state) => ({
        sync: sync.done ? null : sync,
        inventoryTick: sync.done ? state.inventoryTick + 1 : state.inventoryTick,
      }));
    }),
    listen('export.progress', ({ ticket, rows }) => {
      useExports.getState().progress(ticket, rows);
    }),
    listen('engine.started', () => {
      useLive.setState(({ engineTick }) => ({ engineTick: engineTick + 1 }));
    }),
    listen('session.changed', (view) => {
      useSession.getState().take(view);
    }),
    listen('link.opened', ({ jobId }) => {
      useNavigation.getState().go({ name: 'job', jobId });
    }),
    listen('alert', ({ jobId, message }) => {
      showFailure(jobId === null ? 'Rate Plan Console' : `Job ${jobId.toString()}`, message);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
