import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS, type CallName } from '../../src-preload/contract/index.ts';
import { App } from '../../src-main/app.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import { deskOf } from './desk.ts';
import type { Handlers } from '../../src-main/ipc/handler-context.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import { fillInventory } from '../bench/fill.ts';

const MESSAGES = 100_000;
const NAMES = Object.keys(CALLS) as CallName[];
const TO_THE_CARRIER: readonly CallName[] = ['demo.start', 'plans.sync', 'sync.start', 'providers.test'];
const random = seededRandom(20261125);
const pick = (size: number): number => Math.floor(random() * size);
const oneOf = <T>(values: readonly T[]): T => values[pick(values.length)] as T;

let home: string;
let app: App;
let handlers: Handlers;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-fuzz-'));
  fillInventory(home, 50).store.close();
  app = new App({ home, vault: memoryVault(null), actor: 'fuzz' });
  handlers = createHandlers(deskOf(app));
});

afterAll(async () => {
  await app.close();
  rmSync(home, { recursive: true, force: true });
});

const TEXTS = [
  '',
  'x',
  '__proto__',
  "' OR 1=1 --",
  '%00',
  '\u0000',
  '../../etc/passwd',
  '=cmd|calc',
  '💥',
  'a'.repeat(5000),
  '2026-11-25T00:00:00Z',
];
const KEYS = [
  'providerId',
  'jobId',
  'deviceId',
  'id',
  'filter',
  'search',
  'sort',
  'by',
  'offset',
  'limit',
  'settings',
  'order',
  'type',
  'selection',
  'deviceIds',
  'text',
  'view',
  'name',
  '__proto__',
  'constructor',
  'states',
  'what',
  'importId',
  'code',
  'price',
];

function junk(depth = 0): unknown {
  switch (pick(depth > 3 ? 9 : 12)) {
    case 0:
      return undefined;
    case 1:
      return null;
    case 2:
      return random() < 0.5;
    case 3:
      return pick(60) - 5;
    case 4:
      return oneOf([NaN, Infinity, -1, 1e308, 0.5, 2 ** 53]);
    case 5:
    case 6:
      return oneOf(TEXTS);
    case 7:
      return new Date(0);
    case 8:
      return oneOf(['asc', 'iccid', 'carrier-rate-plan', 'suspend', 'retry', 'devices', 'queued', 'low']);
    case 9:
      return Array.from({ length: pick(5) }, () => junk(depth + 1));
    default:
      return Object.fromEntries(Array.from({ length: pick(6) }, () => [oneOf(KEYS), junk(depth + 1)]));
  }
}

/** Nearly right: what a call takes, with a part or two that are not. */
const NEARLY: readonly (() => Record<string, unknown>)[] = [
  () => ({
    providerId: junk(3),
    filter: junk(2),
    sort: { by: junk(4), descending: junk(4) },
    offset: junk(4),
    limit: 10,
  }),
  () => ({
    providerId: 1,
    filter: junk(1),
    sort: { by: 'iccid', descending: false },
    offset: pick(99),
    limit: pick(1200),
  }),
  () => ({ providerId: 1, text: junk(4), deviceIds: junk(2), deviceId: junk(4), jobId: junk(4), id: junk(4) }),
  () => ({
    jobId: pick(5),
    states: junk(2),
    search: oneOf(TEXTS),
    offset: 0,
    limit: 10,
    priority: junk(4),
    changeId: pick(5),
  }),
  () => ({
    providerId: pick(3),
    selection: { deviceIds: [pick(60)], identifiers: junk(2) },
    order: junk(2),
    effectiveAt: null,
  }),
  () => ({
    providerId: pick(3),
    selection: { deviceIds: [1, 2], identifiers: [] },
    order: { type: 'carrier-rate-plan', planCode: oneOf(TEXTS) },
    effectiveAt: null,
    confirmed: pick(4),
  }),
  () => ({ providerId: oneOf([null, 1, 99]), settings: junk(1) }),
  () => ({
    providerId: 1,
    what: oneOf(['identifiers', 'devices', 'prices', 'x']),
    importId: pick(9),
    text: oneOf(TEXTS),
  }),
  () => ({
    providerId: 1,
    code: oneOf(TEXTS),
    price: junk(4),
    allowed: junk(4),
    name: oneOf(TEXTS),
    view: junk(1),
    viewId: pick(9),
  }),
  () => ({ first: pick(4), second: pick(4), deviceId: pick(60), lines: junk(1) }),
];

describe('the calls of the window', () => {
  it(`stand ${String(MESSAGES)} bad messages: each is answered, none ends the process`, async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', onUnhandled);
    const defects = new Set<string>();
    let refused = 0;
    let answered = 0;
    for (let n = 0; n < MESSAGES; n++) {
      const name = oneOf(NAMES);
      const input = random() < 0.5 ? junk() : oneOf(NEARLY)();
      // A right message to these goes to a carrier: it is no bad one.
      if (TO_THE_CARRIER.includes(name) && CALLS[name].input.safeParse(input).success) continue;
      const answer = await dispatch(app, handlers, name, input, (message) => defects.add(message.slice(0, 400)));
      if (answer.ok) answered++;
      else refused++;
      if (!answer.ok && answer.error.message === '') defects.add(`${name}: an empty message`);
    }
    // What was begun by a right message ends by itself.
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.off('unhandledRejection', onUnhandled);
    expect([...defects]).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(refused).toBeGreaterThan(MESSAGES / 2);
    expect(answered).toBeGreaterThan(100);
    expect(Object.prototype).not.toHaveProperty('providerId');
  }, 180_000);
});
