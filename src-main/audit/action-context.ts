import type { Actor } from '../domain/actor.ts';
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/index.ts';
import type { AuditLog } from './log.ts';

/** Where a person changes something: what is changed, where it is written down, when, and who. The Console is one. */
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
