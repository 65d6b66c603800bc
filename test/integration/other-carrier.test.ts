import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rateplan } from '../faults/command-line.ts';
import { OtherCarrier } from './other-carrier.ts';

let home: string;
let carrier: OtherCarrier;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-other-'));
  carrier = new OtherCarrier(500);
});
afterEach(async () => {
  await carrier.stop();
  rmSync(home, { recursive: true, force: true });
});

it('works on any server that follows the API page, through expiring tokens, throttling and other spellings', async () => {
  const url = await carrier.start();
  const env = {
    THINGSPACE_KEY: 'k',
    THINGSPACE_SECRET: 's',
    THINGSPACE_USERNAME: 'u',
    THINGSPACE_PASSWORD: 'p',
    THINGSPACE_ACCOUNT: carrier.account,
  };
  const list = join(home, 'ids.txt');
  writeFileSync(list, [...carrier.sims.map((sim) => sim.iccid), '89148000001111111111'].join('\n'));
  const { code, stdout, stderr } = await rateplan(
    home,
    url,
    [
      'change',
      '--plan',
      carrier.target,
      '--ids',
      list,
      '--unknown',
      'send',
      '--batch',
      '50',
      '--settle',
      '1',
      '--yes',
      '--json',
    ],
    env,
  ).done;
  expect(JSON.parse(stdout), stderr).toMatchObject({
    status: 'PARTIAL',
    counts: { total: 501, processed: 490, error: 11, skipped: 0, unconfirmed: 0, cancelled: 0 },
  });
  expect(code).toBe(2);
  expect(carrier.applied).toHaveLength(490);
  expect(new Set(carrier.applied.map((one) => one.iccid)).size).toBe(490);
  const plans = await rateplan(home, url, ['plans', '--json'], env).done;
  expect(JSON.parse(plans.stdout)).toMatchObject({ plans: [{ code: '14-METER-250K' }, { code: '14-FLEET-2G' }] });
});
