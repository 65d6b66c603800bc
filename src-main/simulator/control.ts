/** The simulator's own endpoints, under `/simulator/`: read the ledger, move the clock, switch faults. No carrier has them. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { SimulatedCarrier } from './carrier.ts';
import { DEVICE_STATES } from './fleet.ts';
import { ENDPOINTS, OUTAGE_FORMS } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { defined, faultsShape, rateShape, shownShape } from './switches.ts';

const clockBody = z.object({ advanceMs: z.number() });
const expireBody = z.object({ what: z.enum(['session', 'bearer']) });
const deviceBody = z.object({
  iccid: z.string(),
  plan: z.string().optional(),
  state: z.enum(DEVICE_STATES).optional(),
});
const outageBody = z.object({
  endpoint: z.enum([...ENDPOINTS, 'all']),
  seconds: z.number().positive(),
  form: z.enum(OUTAGE_FORMS).default('503'),
});
const stormBody = z.object({ seconds: z.number().positive() });
const iccidBody = z.object({ iccid: z.string() });
const elsewhereBody = z.object({ iccid: z.string(), plan: z.string() });

/**
 * - `GET /simulator/stats`, `GET /simulator/ledger` (JSON lines, one an applied change)
 * - `POST /simulator/clock {advanceMs}`, `/expire {what}`, `/faults {…}`, `/rate {…}`, `/shown {…}`, `/new-month`
 * - `/outage {endpoint, seconds, form?}`, `/storm {seconds}`
 * - `/device {iccid, plan?, state?}` (not in the ledger), `/change-elsewhere {iccid, plan}` (in it, as such),
 *   `/replace-sim {iccid}`, `/move-sim {iccid}`, `/move-away {iccid}`
 */
export function answerControl(simulator: SimulatedCarrier, path: string, text: string, response: ServerResponse): void {
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    const command = path.slice('/simulator/'.length);
    if (command === 'ledger') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const entry of simulator.ledger.entries()) response.write(`${JSON.stringify(entry)}\n`);
      response.end();
      return;
    }
    const result = carryOut(simulator, command, body);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ...simulator.stats(), ...result }));
  } catch (error) {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: String(error) }));
  }
}

/** @returns what the answer says besides the figures */
function carryOut(simulator: SimulatedCarrier, command: string, body: unknown): Record<string, string> {
  switch (command) {
    case 'stats':
      return {};
    case 'clock':
      simulator.advanceClock(clockBody.parse(body).advanceMs);
      return {};
    case 'expire':
      if (expireBody.parse(body).what === 'session') simulator.sessions.expireSession();
      else simulator.sessions.expireBearer();
      return {};
    case 'faults':
      simulator.faults = { ...simulator.faults, ...defined(faultsShape.parse(body)) };
      return {};
    case 'rate':
      simulator.setRateLimit(defined(rateShape.parse(body)));
      return {};
    case 'shown':
      simulator.setShown(defined(shownShape.parse(body)));
      return {};
    case 'new-month':
      simulator.fleet.resetQuota();
      return {};
    case 'outage': {
      const { endpoint, seconds, form } = outageBody.parse(body);
      simulator.addOutage(endpoint, seconds, form);
      return {};
    }
    case 'storm':
      simulator.addStorm(stormBody.parse(body).seconds);
      return {};
    case 'replace-sim':
      return { iccid: simulator.replaceSim(iccidBody.parse(body).iccid) };
    case 'move-sim':
      return { imei: simulator.moveSim(iccidBody.parse(body).iccid) };
    case 'move-away':
      simulator.moveAway(iccidBody.parse(body).iccid);
      return {};
    case 'change-elsewhere': {
      const { iccid, plan } = elsewhereBody.parse(body);
      simulator.changeElsewhere(iccid, plan);
      return {};
    }
    case 'device':
      editDevice(simulator, deviceBody.parse(body));
      return {};
    default:
      throw new RangeError(`no control endpoint ${command}`);
  }
}

/** Sets a device as it is to be, without a trace in ledger and quota. */
function editDevice(simulator: SimulatedCarrier, edit: z.infer<typeof deviceBody>): void {
  const index = simulator.fleet.find('iccid', edit.iccid);
  if (index < 0) throw new RangeError(`no device ${edit.iccid}`);
  if (edit.state !== undefined) simulator.fleet.setState(index, edit.state);
  if (edit.plan === undefined) return;
  const plan = SIMULATED_PLANS.findIndex((p) => p.code === edit.plan);
  if (plan < 0) throw new RangeError(`no plan ${edit.plan}`);
  simulator.fleet.setPlan(index, plan);
}
