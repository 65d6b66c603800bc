/** Bulk records: one a job. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../domain/actor.ts';
import type { BulkUpdate } from '../domain/carrier-update.ts';
import type { ChangeType } from '../domain/change-order.ts';
import { ConsoleError } from '../domain/errors.ts';
import type { CarrierAccount } from '../domain/provider-settings.ts';
import type { Waiting } from '../domain/waiting.ts';
import { PRIORITIES, type JobState, type Priority } from '../domain/jobs.ts';
import type { Db } from './database.ts';

/** What a person or another process asked of a job; the engine looks at it before each request. */
export type WantedControl = 'run' | 'pause' | 'cancel';

export interface Job {
  id: number;
  uuid: string;
  providerId: number;
  type: ChangeType;
  title: string;
  state: JobState;
  wanted: WantedControl;
  author: string;
  /** The operator's number; null for the computer's user. */
  authorId: number | null;
  request: BulkUpdate;
  /** What the change aims at: a plan's code, a device state, or custom fields in one line. */
  target: string;
  batchSize: number;
  effectiveAt: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  stopReason: string | null;
  reportFolder: string | null;
  /** The job that this one retries or undoes. */
  parentJobId: number | null;
  childKind: 'retry' | 'undo' | null;
  /** Pause when more than this share of the outcomes are errors, 0 to 1; null for never. */
  abortShare: number | null;
  /** How many outcomes there must be before the abort rule counts. */
  abortAfter: number | null;
  /** Send only so many devices, then wait for a person; null when there is no canary, or it has passed. */
  canary: number | null;
  priority: Priority;
  /** What a second person has to approve before anything is sent; null when nobody has to. */
  digest: string | null;
  /** The account and address for which it was made. */
  madeFor: CarrierAccount;
  /** A person wanted devices sent that had the month's plan changes. */
  ignoreQuota: boolean;
  /** Why nothing leaves while it runs; null when something does, or when its state says it. */
  waiting: Waiting | null;
}

export type NewJob = Pick<
  Job,
  | 'providerId'
  | 'type'
  | 'title'
  | 'author'
  | 'authorId'
  | 'request'
  | 'target'
  | 'batchSize'
  | 'effectiveAt'
  | 'createdAt'
  | 'state'
  | 'parentJobId'
  | 'childKind'
  | 'abortShare'
  | 'abortAfter'
  | 'canary'
  | 'priority'
  | 'madeFor'
  | 'ignoreQuota'
>;

type Row = Omit<Job, 'request' | 'priority' | 'madeFor' | 'ignoreQuota' | 'waiting'> & {
  request: string;
  priority: number;
  madeFor: string;
  ignoreQuota: number;
  waiting: string | null;
};

const SELECT = `SELECT id, uuid, provider_id AS providerId, type, title, state, wanted, author, author_id AS authorId, request, target, batch_size AS batchSize,
  effective_at AS effectiveAt, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
  stop_reason AS stopReason, report_folder AS reportFolder, parent_job_id AS parentJobId, child_kind AS childKind,
  abort_share AS abortShare, abort_after AS abortAfter, canary, priority, digest,
  made_for AS madeFor, ignore_quota AS ignoreQuota, waiting FROM job`;

export class JobRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  insert(job: NewJob): Job {
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO job (uuid, provider_id, type, title, state, author, author_id, request, target, batch_size, effective_at, created_at,
           parent_job_id, child_kind, abort_share, abort_after, canary, priority, made_for, ignore_quota)
         VALUES (@uuid, @providerId, @type, @title, @state, @author, @authorId, @request, @target, @batchSize, @effectiveAt, @createdAt,
           @parentJobId, @childKind, @abortShare, @abortAfter, @canary, @priority, @madeFor, @ignoreQuota)`,
      )
      .run({
        ...job,
        uuid: randomUUID(),
        request: JSON.stringify(job.request),
        priority: rankOf(job.priority),
        madeFor: JSON.stringify(job.madeFor),
        ignoreQuota: job.ignoreQuota ? 1 : 0,
      });
    return this.get(Number(lastInsertRowid));
  }

  /** @throws ConsoleError `not-found` */
  get(id: number): Job {
    const row = this.#db.prepare<[number], Row>(`${SELECT} WHERE id = ?`).get(id);
    if (row === undefined)
      throw new ConsoleError(
        'not-found',
        `There is no job number ${String(id)}.`,
        'List the jobs to see their numbers.',
      );
    return toJob(row);
  }

  /** Newest first. */
  list(limit = 500): Job[] {
    return this.#db.prepare<[number], Row>(`${SELECT} ORDER BY id DESC LIMIT ?`).all(limit).map(toJob);
  }

  /**
   * How many devices the author's jobs change that nobody had to approve.
   * @param since UTC ISO 8601: jobs that were made at that time or later, and those of any time that are still to run
   * @param besides jobs that are left out: parts of one change that is looked at as a whole
   */
  unapprovedDevices(providerId: number, author: Actor, since: string, besides: readonly number[]): number {
    const count = this.#db
      .prepare<unknown[], number>(
        `SELECT count(*) FROM job j JOIN change c ON c.job_id = j.id
         WHERE j.provider_id = ? AND j.author_id IS ? AND (j.author_id IS NOT NULL OR j.author = ?)
           AND (j.created_at >= ? OR j.state <> 'finished') AND j.digest IS NULL AND j.id NOT IN (SELECT value FROM json_each(?))
           AND c.state NOT IN ('skipped', 'cancelled')`,
      )
      .pluck()
      .get(providerId, author.id, author.name, since, JSON.stringify(besides));
    return count ?? 0;
  }

  /** Jobs that retry or undo this one. */
  childrenOf(id: number): Job[] {
    return this.#db.prepare<[number], Row>(`${SELECT} WHERE parent_job_id = ? ORDER BY id`).all(id).map(toJob);
  }

  /** The most urgent first, and the oldest of these. */
  inState(...states: JobState[]): Job[] {
    return this.#db
      .prepare<JobState[], Row>(
        `${SELECT} WHERE state IN (${states.map(() => '?').join(', ')}) ORDER BY priority DESC, id`,
      )
      .all(...states)
      .map(toJob);
  }

  wanted(id: number): WantedControl {
    return this.#db.prepare<[number], WantedControl>('SELECT wanted FROM job WHERE id = ?').pluck().get(id) ?? 'cancel';
  }

  /** Jobs of a service provider that are not finished. */
  openOf(providerId: number): Job[] {
    return this.#db
      .prepare<[number], Row>(`${SELECT} WHERE provider_id = ? AND state <> 'finished' ORDER BY id`)
      .all(providerId)
      .map(toJob);
  }

  setWaiting(id: number, waiting: Waiting | null): void {
    this.#db.prepare('UPDATE job SET waiting = ? WHERE id = ?').run(waiting && JSON.stringify(waiting), id);
  }

  setPriority(id: number, priority: Priority): void {
    this.#db.prepare('UPDATE job SET priority = ? WHERE id = ?').run(rankOf(priority), id);
  }

  /** A cancelled job stays cancelled: nothing takes that back. */
  setWanted(id: number, wanted: WantedControl): void {
    this.#db.prepare("UPDATE job SET wanted = ? WHERE id = ? AND wanted <> 'cancel'").run(wanted, id);
  }

  /** `undefined` leaves a column as it is. */
  update(
    id: number,
    fields: {
      state?: JobState;
      canary?: null;
      abortShare?: null;
      digest?: string;
      startedAt?: string;
      finishedAt?: string | null;
      stopReason?: string | null;
      reportFolder?: string;
    },
  ): void {
    const columns = {
      state: 'state',
      startedAt: 'started_at',
      finishedAt: 'finished_at',
      stopReason: 'stop_reason',
      reportFolder: 'report_folder',
      canary: 'canary',
      abortShare: 'abort_share',
      digest: 'digest',
    } as const;
    const given = (Object.keys(columns) as (keyof typeof columns)[]).filter((key) => fields[key] !== undefined);
    if (given.length === 0) return;
    this.#db
      .prepare(`UPDATE job SET ${given.map((key) => `${columns[key]} = @${key}`).join(', ')} WHERE id = @id`)
      .run({ ...fields, id });
  }
}

function toJob(row: Row): Job {
  return {
    ...row,
    request: JSON.parse(row.request) as BulkUpdate,
    priority: PRIORITIES[row.priority + NORMAL] ?? 'normal',
    madeFor: JSON.parse(row.madeFor) as CarrierAccount,
    ignoreQuota: row.ignoreQuota === 1,
    waiting: row.waiting === null ? null : (JSON.parse(row.waiting) as Waiting),
  };
}

/** Stored as a number, so that the database sorts by it; normal is 0. */
const NORMAL = PRIORITIES.indexOf('normal');

function rankOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority) - NORMAL;
}
