/** The simulator's own endpoints, under `/simulator/`: read the ledger, move the clock, switch faults. No carrier has them. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { DEVICE_STATES, type Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { FaultOptions, RateLimitOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import type { Sessions } from './sessions.ts';

/** What can be looked at and moved in a running simulator. */
export interface Controlled {
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  faults: FaultOptions;
  advanceClock(ms: number): void;
  setRateLimit(change: Partial<RateLimitOptions>): void;
  stats(): object;
}

const clockBody = z.object({ advanceMs: z.number() });
const expireBody = z.object({ what: z.enum(['session', 'bearer']) });
const deviceBody = z.object({
  iccid: z.string(),
  plan: z.string().optional(),
  state: z.enum(DEVICE_STATES).optional(),
});
const share = z.number().min(0).max(1).optional();
const faultsBody = z.object({
  serverError: share,
  resetBefore: share,
  resetAfter: share,
  htmlError: share,
  slow: share,
  slowMs: z.number().optional(),
});
const rateBody = z.object({
  kind: z.enum(['none', 'token-bucket', 'fixed-window', 'sliding-window']).optional(),
  perSecond: z.number().positive().optional(),
  windowS: z.number().positive().optional(),
  retryAfter: z.enum(['seconds', 'date', 'none']).optional(),
});

/**
 * - `GET /simulator/stats`, `GET /simulator/ledger` (JSON lines, one an applied change)
 * - `POST /simulator/clock {advanceMs}`, `/expire {what}`, `/faults {…}`, `/rate {…}`, `/device {iccid, plan?, state?}`, `/new-month`
 */
export function answerControl(simulator: Controlled, path: string, text: string, response: ServerResponse): void {
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    switch (path.slice('/simulator/'.length)) {
      case 'stats':
        break;
      case 'ledger':
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        for (const entry of simulator.ledger.entries()) response.write(`${JSON.stringify(entry)}\n`);
        response.end();
        return;
      case 'clock':
        simulator.advanceClock(clockBody.parse(body).advanceMs);
        break;
      case 'expire':
        if (expireBody.parse(body).what === 'session') simulator.sessions.expireSession();
        else simulator.sessions.expireBearer();
        break;
      case 'faults':
        simulator.faults = { ...simulator.faults, ...defined(faultsBody.parse(body)) };
        break;
      case 'rate':
        simulator.setRateLimit(defined(rateBody.parse(body)));
        break;
      case 'device':
        editDevice(simulator, deviceBody.parse(body));
        break;
      case 'new-month':
        simulator.fleet.resetQuota();
        break;
      default:
        throw new RangeError(`no control endpoint ${path}`);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(simulator.stats()));
  } catch (error) {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: String(error) }));
  }
}

/** Someone else changes a device: the portal, a trigger, another user. */
function editDevice(simulator: Controlled, edit: z.infer<typeof deviceBody>): void {
  const index = simulator.fleet.find('iccid', edit.iccid);
  if (index < 0) throw new RangeError(`no device ${edit.iccid}`);
  if (edit.state !== undefined) simulator.fleet.setState(index, edit.state);
  if (edit.plan === undefined) return;
  const plan = SIMULATED_PLANS.findIndex((p) => p.code === edit.plan);
  if (plan < 0) throw new RangeError(`no plan ${edit.plan}`);
  simulator.fleet.setPlan(index, plan);
}

/** Leaves out what was not given, so that it does not overwrite what is set. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
