import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { summarize } from '../../src-main/reports/job-summary.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { everyDevice, runJob, setUp, sync, timesApplied, type Bench } from '../integration/carrier.ts';

let bench: Bench;
let front: Server | undefined;
afterEach(async () => {
  front?.closeAllConnections();
  const server = front;
  if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  front = undefined;
  await bench.close();
});

interface Passing {
  call: IncomingMessage;
  body: string;
  answer: { status: number; headers: IncomingMessage['headers']; body: string };
  response: ServerResponse;
}

/**
 * Something between console and carrier that spoils every `nth` change request's answer: the carrier has taken the request.
 * @param spoil writes what the console gets instead
 */
async function spoilEvery(nth: number, spoil: (passing: Passing) => void): Promise<void> {
  let changes = 0;
  const target = bench.simulator.url;
  front = createServer((call, response) => {
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const onward = httpRequest(
        target + (call.url ?? ''),
        { method: call.method, headers: call.headers },
        (carrier) => {
          const parts: Buffer[] = [];
          carrier.on('data', (part: Buffer) => parts.push(part));
          carrier.on('end', () => {
            const answer = {
              status: carrier.statusCode ?? 500,
              headers: carrier.headers,
              body: Buffer.concat(parts).toString(),
            };
            if (call.method === 'PUT' && ++changes % nth === 0) spoil({ call, body, answer, response });
            else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
          });
        },
      );
      onward.end(body);
    });
  });
  const server = front;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  bench.provider = await bench.app.accounts.update(bench.provider.id, { ...bench.provider, baseUrl });
  await bench.app.credentials.set(bench.provider.id, SIMULATOR_CREDENTIALS);
}

const json = { 'content-type': 'application/json' };

describe('answers that say nothing of what the carrier did', () => {
  it.each<[string, (passing: Passing) => void]>([
    ['JSON that is cut off', ({ answer, response }) => response.writeHead(200, json).end(answer.body.slice(0, -9))],
    [
      'an HTML page of a proxy with 200',
      ({ response }) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to the network</html>'),
    ],
    ['an empty answer', ({ response }) => response.writeHead(200, json).end()],
    ['a shape that nobody documented', ({ response }) => response.writeHead(200, json).end('{"ok":true}')],
    ['a 504 of a gateway', ({ response }) => response.writeHead(504).end('upstream timed out')],
    [
      'a connection that breaks in the middle of the answer',
      ({ answer, response }) =>
        response.writeHead(200, { ...json, 'content-length': '500' }).write(answer.body, () => response.destroy()),
    ],
    [
      'a trickle that never ends',
      ({ response }) => {
        response.writeHead(200, json);
        const drip = setInterval(() => response.write(' '), 100);
        response.on('close', () => {
          clearInterval(drip);
        });
      },
    ],
  ])('%s: every change is read back, and none is sent twice', async (_name, spoil) => {
    bench = await setUp({ devices: 300 }, { batchSize: 15, requestTimeoutS: 1 });
    await sync(bench);
    await spoilEvery(4, spoil);
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary).toMatchObject({ status: 'PROCESSED', counts: { error: 0, unconfirmed: 0, open: 0 } });
    const times = timesApplied(bench.simulator);
    expect(times.size).toBe(summary.counts.processed);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
  });
});

describe('answers that say that nothing was done', () => {
  it('a 200 with an error in its body is taken at its word', async () => {
    bench = await setUp({ devices: 40, suspendedShare: 0 }, { batchSize: 10 });
    await sync(bench);
    bench.simulator.fleet.setState(3, 'suspend');
    // The carrier's refusal, dressed up as a success.
    await spoilEvery(1, ({ answer, response }) => response.writeHead(200, json).end(answer.body));
    const { counts, reasons } = await runJob(bench, everyDevice(bench));
    expect(counts.error).toBe(1);
    expect(reasons[0]?.code).toBe('INPUT_INVALID.DeviceState.Invalid');
    expect(counts.processed + counts.skipped).toBe(39);
  });

  it('a 429 without Retry-After makes all lanes wait, and costs no attempt', async () => {
    bench = await setUp(
      { devices: 200, rateLimit: { kind: 'fixed-window', perSecond: 5, windowS: 1, retryAfter: 'none' } },
      { batchSize: 10 },
    );
    await sync(bench);
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.status).toBe('PROCESSED');
    expect(bench.simulator.stats().throttled).toBeGreaterThan(0);
    expect([...bench.app.store.changes.iterate(summary.job.id)].every((change) => change.attempts <= 1)).toBe(true);
  });

  it('a rate plan that the carrier takes away in mid-job stops it, with everything else still queued', async () => {
    bench = await setUp({ devices: 300 }, { batchSize: 10, maxRequestsPerSecond: 30 });
    await sync(bench);
    await spoilEvery(3, ({ response }) =>
      response
        .writeHead(400, json)
        .end('{"errorCode":"X.REQUEST_FAILED.ServicePlan.M2M 150 MB.NotFound","errorMessage":"gone"}'),
    );
    const summary = await runJob(bench, everyDevice(bench));
    expect(summary.job.state).toBe('stopped');
    expect(summary.counts.open).toBeGreaterThan(200);
    expect(summarize(bench.app.store, summary.job).counts.error).toBe(0);
  });
});
