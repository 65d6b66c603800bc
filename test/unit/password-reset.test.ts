/** The answer to a password reset is the only copy: it is taken however it looks, and shown to nobody. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src-main/domain/clock.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { ThingSpaceClient } from '../../src-main/thingspace/client.ts';
import type { HttpRequest } from '../../src-main/thingspace/http.ts';

const FRESH = 'Gu3ss-m"e-n0t';
const NAMED = JSON.stringify({ newPassword: FRESH });

/** @param answers one after the other; the last one stays */
function clientWith(...answers: [status: number, text: string][]): { client: ThingSpaceClient; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<{ status: number; text: string; retryAfterMs: undefined }> => {
    const answer = (status: number, text: string): Promise<{ status: number; text: string; retryAfterMs: undefined }> =>
      Promise.resolve({ status, text, retryAfterMs: undefined });
    if (request.path.endsWith('/token')) return answer(200, '{"access_token":"bearer"}');
    if (request.path.endsWith('/login')) return answer(200, '{"sessionToken":"session"}');
    sent.push(request);
    const [status, text] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, ''];
    return answer(status, text);
  };
  const client = new ThingSpaceClient(
    { ...PROVIDER_DEFAULTS, accountName: '0000123456-00001' },
    {
      credentials: () => Promise.resolve({ key: 'k', secret: 's', username: 'u', password: 'old' }),
      failedLogins: () => 0,
      recordLogin: () => undefined,
      knowSecret: () => undefined,
    },
    systemClock,
    () => (shown) => shown,
    { send, close: () => undefined },
  );
  return { client, sent };
}

describe('an answer that names the new password', () => {
  it.each<[string, number, string]>([
    ['as documented', 200, NAMED],
    ['with more beside it', 200, JSON.stringify({ newPassword: FRESH, expiresIn: 90 })],
    ['inside something else', 200, JSON.stringify({ result: { newPassword: FRESH } })],
    ['in a list', 200, `[${NAMED}]`],
    ['cut off at the end', 200, `${NAMED.slice(0, -1)},"expires`],
    ['with a failing server’s status', 500, NAMED],
    ['beside an error code', 400, JSON.stringify({ errorCode: 'S.REQUEST_FAILED.X', newPassword: FRESH })],
  ])('%s gives it', async (_name, status, text) => {
    const { client, sent } = clientWith([status, text]);
    expect(await client.resetPassword('old')).toBe(FRESH);
    expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/api/m2m/v1/session/password/actions/reset', '{"oldPassword":"old"}'],
    ]);
  });
});

describe('an answer that does not', () => {
  it.each<[string, number, string]>([
    ['the password alone', 200, FRESH],
    ['in a field of another name', 200, JSON.stringify({ password: FRESH })],
    ['an empty one', 200, '{"newPassword":""}'],
    ['a failing server that repeats it', 502, `<html>${FRESH}</html>`],
  ])('%s may have changed it, and its text goes nowhere', async (_name, status, text) => {
    const error = await clientWith([status, text])
      .client.resetPassword('old')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CarrierError);
    const { message, mayBeDone, answer, cause, nextStep } = error as CarrierError;
    expect([mayBeDone, answer, cause]).toEqual([true, undefined, undefined]);
    expect(`${message} ${nextStep ?? ''}`).not.toContain(FRESH.slice(0, 6));
  });

  it('is sent again after an expired session, which the carrier refused before it did anything', async () => {
    const expired = JSON.stringify({ errorCode: 'S.REQUEST_FAILED.SessionToken.Expired', errorMessage: 'x' });
    const { client, sent } = clientWith([401, expired], [200, NAMED]);
    expect(await client.resetPassword('old')).toBe(FRESH);
    expect(sent).toHaveLength(2);
  });

  it('is not sent again after a server that failed', async () => {
    const { client, sent } = clientWith([503, ''], [200, NAMED]);
    await expect(client.resetPassword('old')).rejects.toMatchObject({ mayBeDone: true });
    expect(sent).toHaveLength(1);
  });
});
