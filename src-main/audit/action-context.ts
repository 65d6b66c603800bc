/** What whoever changes something works with, and how it gets into the audit log. */
import type { Actor } from '../domain/actor.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { storageProblem } from '../domain/errors.ts';
import type { Store } from '../store/index.ts';
import type { AuditAction, AuditLog } from './log.ts';

/** Where a person changes something: what is changed, where it is written down, when, and who. The App is one. */
export interface ActionContext {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Their name, for records. */
  readonly actor: string;
  readonly acting: Actor;
  /**
   * After a wait that a person can outlive, before anything is written or sent: whether they are still there, and may do it.
   * @param evenLocked for what goes on while they are away and the console is locked
   * @throws ConsoleError `signed-out`, `locked` or `denied`
   */
  askAgain(evenLocked?: boolean): void;
}

/** Writes an entry by whoever acts now. Call it in the transaction of what it is about. */
export function appendEntry(
  { audit, clock, actor }: ActionContext,
  action: AuditAction,
  subject: string,
  detail: Record<string, unknown>,
): void {
  audit.append({ at: isoTime(clock.now()), actor, action, subject, detail });
}

/** The same for what is done about a service provider. */
export function appendForProvider(
  context: ActionContext,
  action: AuditAction,
  providerId: number,
  detail: Record<string, unknown>,
): void {
  appendEntry(context, action, `service provider ${String(providerId)}`, detail);
}

/** Writes an entry of something that is done already. */
export function record(
  context: ActionContext,
  action: AuditAction,
  subject: string,
  detail: Record<string, unknown>,
): void {
  context.store.transaction(() => {
    appendEntry(context, action, subject, detail);
  });
}

/** The same for what goes on although the disk takes nothing more: the jobs say so. */
export function noteDown(
  context: ActionContext,
  action: AuditAction,
  subject: string,
  detail: Record<string, unknown>,
): void {
  try {
    record(context, action, subject, detail);
  } catch (error) {
    if (storageProblem(error) === undefined) throw error;
  }
}
