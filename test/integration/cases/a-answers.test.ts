/** Letter A: only a known refusal with a 4xx status means "not done"; everything else is read back before it is sent again. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { devs, json, LARGE, refuse, SMALL, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const HTML = '<html><body><h1>Bad gateway</h1></body></html>';
const UNKNOWN = '{"errorCode":"ThingSpace.GATEWAY_TIMEOUT","errorMessage":"x"}';

/** What came in the field instead of an answer: [what it was, how it was sent]. */
const ANSWERS: [what: string, answer: (call: Call) => void][] = [
  ['504 with a code that the table does not know', status(504, UNKNOWN)],
  ['500 with the code of a refused device', status(500, '{"errorCode":"X.REQUEST_FAILED.DeviceNotFound"}')],
  ['500 with the code of a wrong account', status(500, '{"errorCode":"X.REQUEST_FAILED.AccountName"}')],
  ['500 that says the session has expired', status(500, '{"errorCode":"X.REQUEST_FAILED.SessionToken.Expired"}')],
  ['502 with a page', status(502, HTML)],
  ['503 without a body', status(503, '')],
  ['504 with the gateway’s own code', status(504, '{"fault":{"code":"101504","message":"Send timeout"}}')],
  ['500 with the gateway’s code of a bad token', status(500, '{"fault":{"code":"900901","message":"x"}}')],
  ['400 with a code that the table does not know', status(400, '{"errorCode":"X.REQUEST_FAILED.Novelty"}')],
  ['409 with a code that the table does not know', status(409, UNKNOWN)],
  ['400 whose body is no JSON', status(400, 'Bad Request')],
  ['400 with a page', status(400, HTML)],
  ['400 without a body', status(400, '')],
  ['404 with a page', status(404, HTML)],
  ['403 with a page', status(403, HTML)],
  ['408 without a body', status(408, '')],
  ['302 to somewhere else', status(302, '', { location: 'http://127.0.0.1:1/' })],
  ['200 with an error code', status(200, '{"errorCode":"X.REQUEST_FAILED.DeviceNotFound"}')],
  ['200 with an unknown error code', status(200, '{"errorCode":"Foo"}')],
  ['200 with a page', status(200, HTML)],
  ['200 with half of its JSON', status(200, '{"requestId":"')],
  ['200 without a request number', status(200, '{}')],
  ['204', (call) => call.response.writeHead(204).end()],
  ['400 that says the server stumbled', status(400, '{"errorCode":"X.REQUEST_FAILED.UnexpectedError"}')],
  ['a connection that closes after the request', (call) => call.request.socket.destroy()],
  ['a connection that is reset after the request', (call) => call.request.socket.resetAndDestroy()],
  [
    'a content-length that is longer than the body',
    raw('HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{"requestId":"1"'),
  ],
  ['a chunk that is cut', raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"requestId":')],
  ['a status line and nothing more', raw('HTTP/1.1 200 OK\r\n')],
  ['an answer that is no HTTP', raw('SMTP ready\r\n\r\n')],
  ['100 Continue and then nothing', raw('HTTP/1.1 100 Continue\r\n\r\n')],
];

function status(code: number, body: string, headers: Record<string, string> = {}): (call: Call) => void {
  return ({ response }) => {
    json(response, code, body, headers);
  };
}

function raw(text: string): (call: Call) => void {
  return ({ request }) => {
    request.socket.end(text);
  };
}

/** Answers the first `times` change requests in that way, after it did what they ask for or not. */
function answerOnce(answer: (call: Call) => void, isApplied: boolean, times = 1): Hooks {
  let left = times;
  return {
    plan: (call) => {
      if (left-- <= 0) return false;
      if (isApplied) call.carrier.apply(call.body);
      answer(call);
      return true;
    },
  };
}

/** Runs to the end, resumed once as a person does who has looked at why it stopped. */
async function toTheEnd(world: World): Promise<number> {
  const job = await world.run();
  if (job.state === 'stopped') await world.resume(job.id);
  return job.id;
}

describe.concurrent('an answer that proves nothing changes no device twice', () => {
  it.each(ANSWERS)('%s, and the carrier had done it', async (_what, answer) => {
    await inWorld({ devices: devs(6), hooks: answerOnce(answer, true) }, async (world) => {
      const jobId = await toTheEnd(world);
      expect(world.carrier.times()).toEqual([1, 1, 1, 1, 1, 1]);
      expect(world.counts(jobId)).toMatchObject({ confirmed: 6 });
      expect(world.job(jobId).state).toBe('finished');
    });
  });

  /** One device for each of the answers, each alone in its request: what came of them, by the answers' names. */
  async function oneEach(isApplied: boolean, maxAttempts: number): Promise<Record<string, string>> {
    const devices = devs(ANSWERS.length);
    const seen = new Set<string>();
    const plan = (call: Call): boolean => {
      const id = call.body.devices[0]?.deviceIds[0]?.id ?? '';
      const [, answer] = ANSWERS[devices.findIndex(({ iccid }) => iccid === id)] ?? [];
      if (answer === undefined || seen.has(id)) return false;
      seen.add(id);
      if (isApplied) call.carrier.apply(call.body);
      answer(call);
      return true;
    };
    const outcome: Record<string, string> = {};
    await inWorld({ devices, hooks: { plan }, settings: { batchSize: 1, maxAttempts } }, async (world) => {
      let job = await world.run();
      for (let tries = 0; job.state === 'stopped' && tries < ANSWERS.length; tries++) job = await world.resume(job.id);
      const states = [...world.app.store.changes.iterate(job.id)];
      for (const [index, [what]] of ANSWERS.entries())
        outcome[what] = `${states[index]?.state ?? 'gone'}, done ${String(devices[index]?.changes)} times`;
    });
    return outcome;
  }
  const all = (outcome: string): Record<string, string> => Object.fromEntries(ANSWERS.map(([what]) => [what, outcome]));

  it('nor leaves one out, when the carrier had done nothing', async () => {
    expect(await oneEach(false, 6)).toEqual(all('confirmed, done 1 times'));
  });

  it('nor is it "failed" on the last attempt that is allowed, when the carrier had done it', async () => {
    expect(await oneEach(true, 1)).toEqual(all('confirmed, done 1 times'));
  });
});

describe.concurrent('a half of a batch', () => {
  it('that was done under an unknown code is not sent again when the batch is split', async () => {
    // The whole batch is refused for one device; the first half then is done, and its answer is a code that nobody knows.
    let sent = 0;
    const plan = (call: Call): boolean => {
      sent++;
      if (sent !== 2) return false;
      call.carrier.apply(call.body);
      json(call.response, 504, UNKNOWN);
      return true;
    };
    const devices = devs(8);
    await inWorld({ devices, hooks: { plan } }, async (world) => {
      const last = devices[7];
      if (last !== undefined) last.state = 'suspend';
      const jobId = await toTheEnd(world);
      expect(world.carrier.times()).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
      expect(world.counts(jobId)).toMatchObject({ confirmed: 7, rejected: 1 });
    });
  });

  it('of which only a part was done: only the other part is sent again', async () => {
    let sent = 0;
    const plan = ({ carrier, body, response }: Call): boolean => {
      if (++sent > 1) return false;
      carrier.apply({ ...body, devices: body.devices.slice(0, 3) });
      json(response, 500, HTML);
      return true;
    };
    await inWorld({ devices: devs(6), hooks: { plan } }, async (world) => {
      const jobId = await toTheEnd(world);
      expect(world.carrier.times()).toEqual([1, 1, 1, 1, 1, 1]);
      expect(world.counts(jobId)).toMatchObject({ confirmed: 6 });
    });
  });
});

it.concurrent('a batch that was not done goes out again as a batch, not as forty requests of one device', async () => {
  await inWorld({ devices: devs(40), hooks: answerOnce(status(504, UNKNOWN), false) }, async (world) => {
    const job = await world.run();
    expect(world.counts(job.id)).toMatchObject({ confirmed: 40 });
    expect(world.carrier.times().every((times) => times === 1)).toBe(true);
    expect(world.carrier.calls.plan).toBeLessThanOrEqual(5);
  });
});

describe.concurrent('an unknown code with a 4xx status', () => {
  /** Refuses device 5 with a code that is in no table. */
  const refusesTheFifth = (code: string): Hooks => ({
    plan: ({ body, carrier, response }) => {
      const fifth = carrier.devices[4]?.iccid;
      if (!body.devices.some(({ deviceIds }) => deviceIds[0]?.id === fifth)) return false;
      refuse(response, 400, code);
      return true;
    },
  });

  it('is read back once, counts as a refusal of this account from then on, and can be forgotten', async () => {
    await inWorld({ devices: devs(16), hooks: refusesTheFifth('REQUEST_FAILED.Novelty') }, async (world) => {
      const { app, carrier, provider } = world;
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 15, rejected: 1 });
      expect(carrier.times().map((times, index) => (index === 4 ? times === 0 : times === 1))).not.toContain(false);
      const learned = app.store.providers.get(provider.id).learnedRefusals;
      expect(learned.map(({ key }) => key)).toEqual(['400 REQUEST_FAILED.Novelty']);
      // A read-back at each halving would have read the sixteen again and again.
      const settled = world.audited('carrier.refusal-learned');
      expect(settled).toBe(1);
      app.accounts.forgetLearned(provider.id, { refusal: '400 REQUEST_FAILED.Novelty' });
      expect(app.store.providers.get(provider.id).learnedRefusals).toEqual([]);
    });
  });

  it.each([200, 202, 302, 500])(
    'is not learned when it comes with %i: once it was not done, the next time it was',
    async (code) => {
      let sent = 0;
      const plan = ({ carrier, body, response }: Call): boolean => {
        sent++;
        if (sent === 2) carrier.apply(body);
        if (sent <= 2) refuse(response, code, 'REQUEST_FAILED.PlanChange.InProgress');
        return sent <= 2;
      };
      await inWorld({ devices: devs(1), hooks: { plan } }, async (world) => {
        const job = await world.run();
        expect(world.app.store.providers.get(world.provider.id).learnedRefusals).toEqual([]);
        expect(world.carrier.times()).toEqual([1]);
        expect(world.counts(job.id)).toMatchObject({ confirmed: 1 });
      });
    },
  );

  it('that was not a refusal at all is never learned as one', async () => {
    const hooks = answerOnce(status(400, '{"errorCode":"X.REQUEST_FAILED.Novelty"}'), true);
    await inWorld({ devices: devs(4), hooks }, async (world) => {
      await world.run();
      expect(world.app.store.providers.get(world.provider.id).learnedRefusals).toEqual([]);
    });
  });

  it('ended a device: Retry reads it at the carrier first, and a change that came late is not made again', async () => {
    const hooks = refusesTheFifth('REQUEST_FAILED.Novelty');
    await inWorld({ devices: devs(5), hooks }, async (world) => {
      const { app, carrier } = world;
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 4, rejected: 1 });
      const fifth = carrier.devices[4];
      if (fifth !== undefined) Object.assign(fifth, { plan: LARGE, changes: 1 });
      delete hooks.plan;
      const retry = await world.run(app.childJobs.retryRequest(job.id));
      expect(world.counts(retry.id)).toMatchObject({ skipped: 1 });
      expect(carrier.times()).toEqual([1, 1, 1, 1, 1]);
    });
  });
});

describe.concurrent('what failed after its last attempt', () => {
  it('is read before a Retry sends it again', async () => {
    const hooks = answerOnce(status(500, '{"errorCode":"X.REQUEST_FAILED.UnexpectedError"}'), false, 2);
    await inWorld({ devices: devs(1), hooks, settings: { maxAttempts: 2 } }, async (world) => {
      const { app, carrier } = world;
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ failed: 1 });
      // The carrier did it after all, later than anybody waits.
      carrier.apply({
        ...emptyBody,
        devices: [{ deviceIds: [{ id: carrier.devices[0]?.iccid ?? '', kind: 'iccid' }] }],
      });
      const sent = carrier.calls.plan;
      const retry = await world.run(app.childJobs.retryRequest(job.id));
      expect(carrier.calls.plan).toBe(sent);
      expect(world.counts(retry.id)).toMatchObject({ skipped: 1 });
      expect(carrier.times()).toEqual([1]);
    });
  });
});

const emptyBody = { devices: [], servicePlan: LARGE, largestDeviceIdSeen: 0, username: '', password: '' };

describe.concurrent('the month’s four plan changes', () => {
  it.each([
    'REQUEST_FAILED.ServicePlan.ChangeLimitExceeded',
    'INPUT_INVALID.ServicePlan.ChangeLimit.Exceeded',
    'REQUEST_FAILED.MaxPlanChangesExceeded',
    'REQUEST_FAILED.ServicePlan.PlanChangeLimitExceeded',
  ])('%s is told in plain words, as a refusal of its device only', async (code) => {
    const devices = devs(3);
    const plan = ({ body, response }: Call): boolean => {
      if (!body.devices.some(({ deviceIds }) => deviceIds[0]?.id === devices[0]?.iccid)) return false;
      refuse(response, 400, code);
      return true;
    };
    await inWorld({ devices, hooks: { plan } }, async (world) => {
      const job = await world.run();
      expect(world.counts(job.id)).toMatchObject({ confirmed: 2, rejected: 1 });
      const [refused] = world.app.store.changes.inState(job.id, ['rejected']);
      expect(refused?.reason).toMatch(/plan changes of this month are used up/);
      expect(world.carrier.times()).toEqual([0, 1, 1]);
    });
  });
});

it.concurrent('a plan that went back and forth is not taken for a change that was lost', async () => {
  // The first answer is lost and nothing was done; the record shows the old plan, so it is sent once more, and only once.
  const hooks = answerOnce((call) => call.request.socket.destroy(), false, 2);
  await inWorld({ devices: devs(2), hooks }, async (world) => {
    const job = await world.run();
    expect(world.carrier.times()).toEqual([1, 1]);
    expect(world.counts(job.id)).toMatchObject({ confirmed: 2 });
    const back = await world.run(world.request(SMALL));
    expect(world.carrier.times()).toEqual([2, 2]);
    expect(world.counts(back.id)).toMatchObject({ confirmed: 2 });
  });
});

it.concurrent('an accepted request whose number is a number, not a text, is accepted', async () => {
  const plan = (call: Call): boolean => {
    call.carrier.apply(call.body);
    json(call.response, 200, { requestId: 12_345, other: randomUUID() });
    return true;
  };
  await inWorld({ devices: devs(2), hooks: { plan } }, async (world) => {
    const job = await world.run();
    expect(world.carrier.times()).toEqual([1, 1]);
    expect(world.carrier.calls.plan).toBe(1);
    expect(world.counts(job.id)).toMatchObject({ confirmed: 2 });
  });
});
