/**
 * Every message between the window and the main process, declared once. Both sides derive their types and names from
 * here; the main process checks each input against its schema before anything is done with it.
 *
 * A call: `'jobs.pause': call<void>('change')(z.object({ jobId }))`, then in the window `await api('jobs.pause', { jobId: 7 })`.
 * It names the permission that it needs (`domain/roles.ts`); what its input names, such as a job, must belong to a service
 * provider that the person has the right for (`ipc/authorize.ts`).
 * An event: `'job.progress': { payload: undefined } as Event<JobProgress>`, then `listen('job.progress', (progress) => …)`.
 * Secrets go one way: the window can set and test them, and see whether they are set.
 */
import type { z } from 'zod';
import type { AccessView } from '../../src-main/access/access.ts';
import type { JobState } from '../../src-main/domain/jobs.ts';
import type { SyncProgress } from '../../src-main/inventory/sync.ts';
import type { JobProgress } from '../../src-main/monitor/progress.ts';
import type { Command } from '../commands.ts';
import { SESSION_CALLS } from './session.ts';
import { ACCOUNTS_CALLS } from './accounts.ts';
import { DEVICES_CALLS } from './devices.ts';
import { PLANS_CALLS } from './plans.ts';
import { CHANGES_CALLS } from './changes.ts';
import { JOBS_CALLS } from './jobs.ts';
import { IMPORTS_CALLS } from './imports.ts';
import { EXPORTS_CALLS } from './exports.ts';
import { AUDIT_CALLS } from './audit.ts';
import type { CallAnswer, Event } from './call.ts';

export type { CallError, CallAnswer } from './call.ts';
export type { AppInfo } from './session.ts';
export type { ProviderView, ProposalView } from './accounts.ts';
export type { DeviceStory } from './devices.ts';
export type { JobView, UndoStepView, UndoView } from './jobs.ts';
export type { ImportLook, ImportWhat, ImportDone } from './imports.ts';
export type { Exported } from './exports.ts';

export const CALLS = {
  ...SESSION_CALLS,
  ...ACCOUNTS_CALLS,
  ...DEVICES_CALLS,
  ...PLANS_CALLS,
  ...CHANGES_CALLS,
  ...JOBS_CALLS,
  ...IMPORTS_CALLS,
  ...EXPORTS_CALLS,
  ...AUDIT_CALLS,
} as const;

export const EVENTS = {
  'job.progress': { payload: undefined } as Event<JobProgress>,
  'job.changed': { payload: undefined } as Event<{ jobId: number; state: JobState }>,
  'sync.progress': { payload: undefined } as Event<SyncProgress>,
  'export.progress': { payload: undefined } as Event<{ ticket: string; rows: number }>,
  alert: { payload: undefined } as Event<{ jobId: number | null; message: string }>,
  'menu.command': { payload: undefined } as Event<{ command: Command }>,
  /** The engine runs, or cannot: what `app.info` says of it is known now. */
  'engine.started': { payload: undefined } as Event<Record<string, never>>,
  /** Somebody else is there, or nobody, or may do something else. */
  'session.changed': { payload: undefined } as Event<AccessView>,
  /** A link to a place in the console was opened. */
  'link.opened': { payload: undefined } as Event<{ jobId: number }>,
} as const;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.input<(typeof CALLS)[N]['input']>;
export type CallOutput<N extends CallName> = Exclude<(typeof CALLS)[N]['output'], undefined>;
export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = Exclude<(typeof EVENTS)[N]['payload'], undefined>;

/** The only thing that the preload script exposes to the window. */
export interface Bridge {
  call(name: string, input: unknown): Promise<CallAnswer<unknown>>;
  /** @returns a function that stops listening */
  listen(name: string, receive: (payload: unknown) => void): () => void;
}
