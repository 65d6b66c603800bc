/**
 * The judge of `four-people.ts`: what people decided, and what left. It knows nothing of the console but the answers of its
 * calls, has a table of rights of its own, and asks of each request that left: did the last decision of a person with the
 * right allow it?
 */

/** What a person may do, for one service provider or for all; nobody is disabled. */
export interface Rights {
  role: 'nobody' | 'viewer' | 'operator' | 'approver' | 'admin';
  providerId: number | null;
}

/** What a decision takes. */
export type Need = 'change' | 'approve' | 'admin';

const ROLES_FOR: Readonly<Record<Need, readonly Rights['role'][]>> = {
  change: ['operator', 'approver', 'admin'],
  approve: ['approver', 'admin'],
  admin: ['admin'],
};

export function may({ role, providerId }: Rights, need: Need, concerned: number): boolean {
  return ROLES_FOR[need].includes(role) && (providerId === null || providerId === concerned);
}

/**
 * A decision that was made, or a request that left. What permits something counts from when it was asked for, what forbids
 * something from when it was answered: in between nobody can tell.
 */
export type Deed =
  | {
      what: 'start';
      jobId: number;
      by: string;
      providerId: number;
      /** Devices of the whole, of which the job may be a part. */
      size: number;
      /** Milliseconds since the epoch; 0 for at once. */
      date: number;
      parent: { jobId: number; kind: 'retry' | 'undo' } | undefined;
    }
  | { what: 'approve' | 'reject' | 'cancel' | 'pause' | 'resume'; jobId: number; by: string }
  | { what: 'guards'; providerId: number; fourEyesAbove: number | null; writesEnabled: boolean }
  | { what: 'sent'; jobId: number; providerId: number; devices: number; at: number };

interface Decided {
  author: string;
  providerId: number;
  size: number;
  date: number;
  parent: { jobId: number; kind: 'retry' | 'undo' } | undefined;
  needsApproval: boolean;
  approver: string | undefined;
  isOver: boolean;
  isPaused: boolean;
  /** Devices that left without an approval. */
  unapproved: number;
}

/** @param deeds in their order @returns what was sent that nobody allowed; empty when nothing was */
export function judge(deeds: Iterable<Deed>): string[] {
  const wrongs: string[] = [];
  const jobs = new Map<number, Decided>();
  const guards = new Map<number, { fourEyesAbove: number | null; writesEnabled: boolean }>();
  const above = (providerId: number): number => guards.get(providerId)?.fourEyesAbove ?? Infinity;
  for (const deed of deeds) {
    if (deed.what === 'guards') {
      guards.set(deed.providerId, deed);
      continue;
    }
    const job = jobs.get(deed.jobId);
    if (deed.what === 'start') {
      const { by: author, providerId, size, date, parent } = deed;
      const before = [...jobs.values()].filter(
        (one) => one.author === author && one.providerId === providerId && !isPartOfSame(one.parent, parent),
      );
      const whole = size + before.reduce((sum, { unapproved }) => sum + unapproved, 0);
      const inherits = parent !== undefined && jobs.get(parent.jobId)?.needsApproval === true;
      const needsApproval = inherits || whole > above(providerId);
      const fresh = { approver: undefined, isOver: false, isPaused: false, unapproved: 0 };
      jobs.set(deed.jobId, { author, providerId, size, date, parent, needsApproval, ...fresh });
    } else if (job === undefined) wrongs.push(`${deed.what} of job ${deed.jobId}, which nobody started`);
    else if (deed.what === 'approve') job.approver = deed.by;
    else if (deed.what === 'cancel' || deed.what === 'reject') job.isOver = true;
    else if (deed.what === 'pause') job.isPaused = true;
    else if (deed.what === 'sent') {
      const needsApproval = job.needsApproval || job.size > above(job.providerId);
      const isApproved = job.approver !== undefined && job.approver !== job.author;
      const against = [
        deed.providerId === job.providerId ? '' : `to service provider ${deed.providerId}`,
        job.isOver ? 'after its end' : '',
        job.isPaused ? 'while it is paused' : '',
        deed.at < job.date ? 'before its date' : '',
        needsApproval && !isApproved ? `without an approval (${String(job.approver)})` : '',
        guards.get(job.providerId)?.writesEnabled === false ? 'while changes are off' : '',
      ].filter((reason) => reason !== '');
      if (against.length > 0) wrongs.push(`job ${deed.jobId} of ${job.author} was sent ${against.join(', ')}`);
      if (!isApproved) job.unapproved += deed.devices;
    } else {
      job.isPaused = false;
      // Whoever resumes what needs nobody's approval starts it before its date.
      if (!job.needsApproval) job.date = 0;
    }
  }
  return wrongs;
}

/** The jobs of one undo are one change, and count as the whole each. */
function isPartOfSame(one: Decided['parent'], other: Decided['parent']): boolean {
  return one?.kind === 'undo' && other?.kind === 'undo' && one.jobId === other.jobId;
}
