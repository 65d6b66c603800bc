import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { readResponse } from '../../src-main/thingspace/responses.ts';
import { codeWithoutService, meaningOf } from '../../src-main/thingspace/error-codes.ts';
import { parseRetryAfter } from '../../src-main/thingspace/http.ts';
import { verdictOn, refusalKey } from '../../src-main/engine/error-policy.ts';
import { deviceListAnswer } from '../../src-main/thingspace/schemas.ts';

describe('the error table', () => {
  it.each([
    ['UnifiedWebService.REQUEST_FAILED.SessionToken.Expired', 'session'],
    ['AnyService.INPUT_INVALID.SessionToken.Invalid', 'session'],
    ['DeviceManagement.REQUEST_FAILED.AccountNotFound', 'configuration'],
    ['X.INPUT_INVALID.Account.NotDefined', 'configuration'],
    ['X.REQUEST_FAILED.ServicePlan.NotFound', 'configuration'],
    ['X.REQUEST_FAILED.ServicePlan.M2M 5GB v1.2.NotFound', 'configuration'],
    ['X.REQUEST_FAILED.DeviceNotFound', 'device'],
    ['X.INPUT_INVALID.DeviceState.Invalid', 'device'],
    ['X.INPUT_INVALID.Device.Kind.Invalid', 'device'],
    ['X.INPUT_INVALID.MaxRequestsExceeded', 'too-many'],
    ['X.INPUT_INVALID.NumberofDevices', 'too-many'],
    ['X.REQUEST_FAILED.UnexpectedError', 'unexpected'],
    ['X.REQUEST_ONHOLD.Approval', 'on-hold'],
    ['X.REQUEST_CANCELLED.Denied', 'refused-by-approval'],
    ['X.REQUEST_FAILED.SomethingNew', 'unknown'],
    ['REQUEST_FAILED.DeviceNotFound', 'device'],
    ['Thing.Space.request_failed.devicenotfound', 'device'],
    ['  UnifiedWebService.REQUEST_FAILED.DeviceNotFound.Iccid ', 'device'],
    ['X.REQUEST_FAILED.DeviceNotFoundAnywhere', 'unknown'],
    ['X.INPUT_INVALID.Device.Account.Invalid', 'device'],
    ['X.INPUT_INVALID.Request.InvalidCharacter', 'device'],
    ['X.INPUT_INVALID.RequestUndefined', 'configuration'],
    ['DeserializationFailed', 'configuration'],
    ['UnifiedWebService.DeserializationFailed', 'configuration'],
    ['X.REQUEST_FAILED.DefaultIpPoolNotDefined', 'configuration'],
    ['X.REQUEST_FAILED.ServicePlan.ChangeLimitExceeded', 'device'],
    ['X.REQUEST_FAILED.ServicePlan.ChangeLimit', 'device'],
    ['X.REQUEST_FAILED.PlanChangeLimitExceeded', 'device'],
    ['X.INPUT_INVALID.MaxPlanChanges', 'device'],
    ['X.REQUEST_FAILED.ServicePlan.MaxPlanChangesExceeded', 'device'],
    ['X.REQUEST_FAILED.ServicePlan.ChangeNotAllowed', 'unknown'],
    ['X.REQUEST_FAILED.ServicePlan.ChangeLimit 5GB.NotFound', 'configuration'],
  ])('takes %s as %s, whatever service sends it', (code, kind) => {
    expect(meaningOf(code).kind).toBe(kind);
  });

  it('says when a device can be changed again whose changes of the month are used up', () => {
    expect(meaningOf('X.REQUEST_FAILED.ServicePlan.ChangeLimitExceeded').nextStep).toContain('next month');
  });

  it('drops the service’s name and nothing else', () => {
    expect(codeWithoutService('UnifiedWebService.REQUEST_FAILED.A.B')).toBe('REQUEST_FAILED.A.B');
    expect(codeWithoutService('INPUT_INVALID.A')).toBe('INPUT_INVALID.A');
  });
});

function errorOf(
  status: number,
  text: string,
  schema: z.ZodType = z.looseObject({ requestId: z.string() }),
): CarrierError | undefined {
  try {
    readResponse({ status, text, retryAfterMs: undefined }, schema);
    return undefined;
  } catch (error) {
    if (error instanceof CarrierError) return error;
    throw error;
  }
}

describe('evaluating an answer', () => {
  const xml = (code: string) =>
    `<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>${code}</ams:code><ams:message>x</ams:message></ams:fault>`;
  it.each([
    [200, '{"requestId":"x"}', 'ok'],
    [200, '\uFEFF{"requestId":"x"}', 'ok'],
    [200, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}', 'device'],
    [200, '{"requestId":', 'ambiguous'],
    [200, '<html>proxy</html>', 'ambiguous'],
    [200, '', 'ambiguous'],
    [200, '{"other":1}', 'ambiguous'],
    [200, '{"code":101500,"message":"x"}', 'ambiguous'],
    [400, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound","errorMessage":"x"}', 'device'],
    [401, '{"fault":{"code":"900901","message":"Invalid Credentials"}}', 'bearer'],
    [401, '{"fault":{"code":900902}}', 'bearer'],
    [401, '{"code":"900901","message":"Invalid Credentials","description":"x"}', 'bearer'],
    [401, '{"code":900903,"message":"Access Token Expired"}', 'bearer'],
    [401, xml('900901'), 'bearer'],
    [401, '', 'bearer'],
    [
      401,
      '{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}',
      'bearer',
    ],
    [401, '{"errorCode":"S.REQUEST_FAILED.Authentication"}', 'unknown'],
    [403, xml('900901'), 'bearer'],
    [403, xml('900908'), 'configuration'],
    [400, '{"fault":{"code":"900906","message":"No matching resource"}}', 'configuration'],
    [403, '<xml/>', 'configuration'],
    [429, 'anything', 'throttled'],
    [429, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}', 'throttled'],
    [503, '{"fault":{"code":"900800","message":"Message throttled out"}}', 'throttled'],
    [503, '{"code":900807,"message":"Message throttled out","description":"x"}', 'throttled'],
    [
      503,
      '<amt:fault xmlns:amt="http://wso2.org/apimanager/throttling"><amt:code>900802</amt:code></amt:fault>',
      'throttled',
    ],
    [500, '{"fault":{"code":"900800"}}', 'ambiguous'],
    [500, '', 'ambiguous'],
    [502, '<html>bad gateway</html>', 'ambiguous'],
    [503, '{"fault":{"code":"101503","message":"x"}}', 'ambiguous'],
    [504, '{"errorCode":"ThingSpace.GATEWAY_TIMEOUT"}', 'ambiguous'],
    [500, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}', 'ambiguous'],
    [500, '{"errorCode":"S.REQUEST_FAILED.UnexpectedError"}', 'unexpected'],
    [302, '', 'configuration'],
    [400, 'what', 'unknown'],
  ])('HTTP %i with %j is %s', (status, text, kind) => {
    expect(errorOf(status, text)?.kind ?? 'ok').toBe(kind);
  });

  it('keeps the code and the meaning of a refusal that a failing server sent', () => {
    const error = errorOf(500, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}');
    expect(error?.code).toBe('REQUEST_FAILED.DeviceNotFound');
    expect(error?.message).toContain('not on this account');
  });

  it('names the field of an unexpected shape', () => {
    const answer = { status: 200, text: '{"hasMoreData":false,"devices":{}}', retryAfterMs: undefined };
    expect(() => readResponse(answer, deviceListAnswer)).toThrow(/the field "devices"/);
  });
});

describe('whether a change may have been done', () => {
  const known = '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}';
  const unknown = '{"errorCode":"S.REQUEST_FAILED.Foo"}';
  const session = '{"errorCode":"S.REQUEST_FAILED.SessionToken.Expired"}';
  it.each([
    ['a refusal that is known', 400, known, 'split', '400 REQUEST_FAILED.DeviceNotFound'],
    ['the same from a failing server', 503, known, 'read-back', undefined],
    ['the same with a success status', 200, known, 'read-back', undefined],
    ['a 5xx with an unknown code', 504, unknown, 'read-back', undefined],
    ['a 4xx with an unknown code', 400, unknown, 'read-back', '400 REQUEST_FAILED.Foo'],
    ['a 4xx of a page', 422, '<html></html>', 'read-back', undefined],
    ['a 4xx without a body', 400, '', 'read-back', undefined],
    ['a request that timed out', 408, '', 'read-back', undefined],
    ['a page of a gateway that is no refusal', 502, '<html></html>', 'read-back', undefined],
    ['an unexpected error', 400, '{"errorCode":"S.REQUEST_FAILED.UnexpectedError"}', 'read-back', undefined],
    ['an approval to wait for', 200, '{"errorCode":"S.REQUEST_ONHOLD.Approval"}', 'hold', undefined],
    [
      'an approval to wait for, of a failing server',
      500,
      '{"errorCode":"S.REQUEST_ONHOLD.Approval"}',
      'hold',
      undefined,
    ],
    [
      'an approval that was refused',
      400,
      '{"errorCode":"S.REQUEST_CANCELLED.Denied"}',
      'reject',
      '400 REQUEST_CANCELLED.Denied',
    ],
    [
      'too many devices',
      400,
      '{"errorCode":"S.INPUT_INVALID.NumberofDevices"}',
      'shrink',
      '400 INPUT_INVALID.NumberofDevices',
    ],
    [
      'too many devices, with a success status',
      200,
      '{"errorCode":"S.INPUT_INVALID.NumberofDevices"}',
      'read-back',
      undefined,
    ],
    [
      'a plan that is gone',
      400,
      '{"errorCode":"S.REQUEST_FAILED.ServicePlan.NotFound"}',
      'stop',
      '400 REQUEST_FAILED.ServicePlan.NotFound',
    ],
    [
      'a plan that is gone, with a success status',
      200,
      '{"errorCode":"S.REQUEST_FAILED.ServicePlan.NotFound"}',
      'read-back and stop',
      undefined,
    ],
    ['a gateway that knows no such resource', 404, '{"fault":{"code":"900906"}}', 'stop', '404 900906'],
    ['a 404 of a proxy', 404, '<html></html>', 'read-back and stop', undefined],
    ['a 403 without a body', 403, '', 'read-back and stop', undefined],
    ['a redirect', 302, '', 'read-back and stop', undefined],
    ['a session that has expired', 401, session, 'stop', undefined],
    ['the same with a success status', 200, session, 'read-back and stop', undefined],
    ['throttling', 429, '', 'requeue', undefined],
  ])('after %s (HTTP %i)', (_name, status, text, wanted, key) => {
    const error = errorOf(status, text);
    if (error === undefined) throw new Error('no error');
    const verdict = verdictOn(error, 5);
    const done = verdict.do === 'read-back' && verdict.thenStop === true ? 'read-back and stop' : verdict.do;
    expect([done, refusalKey(error)]).toEqual([wanted, key]);
  });

  it('takes an answer for a refusal once a read-back has shown that it is one', () => {
    const isLearned = (key: string) => key.endsWith(' REQUEST_FAILED.Foo') || key.endsWith(' 900906');
    const verdict = (status: number, text: string, size: number) =>
      verdictOn(errorOf(status, text) ?? new CarrierError('not-sent', ''), size, isLearned).do;
    expect([verdict(400, unknown, 2), verdict(400, unknown, 1)]).toEqual(['split', 'reject']);
    expect(verdict(404, '{"fault":{"code":"900906"}}', 1)).toBe('stop');
    // Without a code nobody can tell one answer from the next.
    expect([verdict(400, 'what', 1), verdict(404, 'what', 1)]).toEqual(['read-back', 'read-back']);
    expect([verdict(500, unknown, 1), verdict(500, '', 1)]).toEqual(['read-back', 'read-back']);
  });

  it('not before the request left: a proxy that makes no connection', () => {
    const answer = (status: number) => ({ status, text: '', retryAfterMs: undefined, neverLeft: true as const });
    const verdict = (status: number) => {
      try {
        readResponse(answer(status), z.unknown());
        return undefined;
      } catch (error) {
        return verdictOn(error as CarrierError, 5);
      }
    };
    expect(verdict(502)).toEqual({ do: 'wait-for-network' });
    expect(verdict(407)).toEqual({ do: 'stop' });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['3', 3000],
    ['0', 0],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['0.5', 500],
    ['-7', 0],
    ['1e9', undefined],
    ['9'.repeat(400), 31_536_000_000_000],
    ['21600', 21_600_000],
    ['Tue, 24 Nov 2126 12:00:00 GMT', 3_155_673_600_000],
    ['Tue Nov 24 12:00:05 2026', 5000],
    ['soon', undefined],
    ['soon 5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s', (header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });
});
