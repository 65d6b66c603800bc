import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { evaluate } from '../../src-main/thingspace/evaluate.ts';
import { codeWithoutService, meaningOf } from '../../src-main/thingspace/error-table.ts';
import { parseRetryAfter } from '../../src-main/thingspace/http.ts';
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
  ])('takes %s as %s, whatever service sends it', (code, kind) => {
    expect(meaningOf(code).kind).toBe(kind);
  });

  it('drops the service’s name and nothing else', () => {
    expect(codeWithoutService('UnifiedWebService.REQUEST_FAILED.A.B')).toBe('REQUEST_FAILED.A.B');
    expect(codeWithoutService('INPUT_INVALID.A')).toBe('INPUT_INVALID.A');
  });
});

function kindOf(status: number, text: string, schema: z.ZodType = z.looseObject({ requestId: z.string() })): string {
  try {
    evaluate({ status, text, retryAfterMs: undefined }, schema);
    return 'ok';
  } catch (error) {
    return error instanceof CarrierError ? error.kind : String(error);
  }
}

describe('evaluating an answer', () => {
  it.each([
    [200, '{"requestId":"x"}', 'ok'],
    [200, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound"}', 'device'],
    [200, '{"requestId":', 'ambiguous'],
    [200, '<html>proxy</html>', 'ambiguous'],
    [200, '', 'ambiguous'],
    [200, '{"other":1}', 'ambiguous'],
    [400, '{"errorCode":"S.REQUEST_FAILED.DeviceNotFound","errorMessage":"x"}', 'device'],
    [401, '{"fault":{"code":"900901","message":"Invalid Credentials"}}', 'bearer'],
    [401, '{"fault":{"code":900902}}', 'bearer'],
    [400, '{"fault":{"code":"900906","message":"No matching resource"}}', 'configuration'],
    [403, '<xml/>', 'configuration'],
    [429, 'anything', 'throttled'],
    [500, '', 'ambiguous'],
    [502, '<html>bad gateway</html>', 'ambiguous'],
    [503, '{"fault":{"code":"101503","message":"x"}}', 'ambiguous'],
    [302, '', 'configuration'],
    [400, 'what', 'unknown'],
  ])('HTTP %i with %j is %s', (status, text, kind) => {
    expect(kindOf(status, text)).toBe(kind);
  });

  it('names the field of an unexpected shape', () => {
    const answer = {
      status: 200,
      text: '{"hasMoreData":false,"devices":[{"deviceIds":[{"kind":"iccid"}]}]}',
      retryAfterMs: undefined,
    };
    expect(() => evaluate(answer, deviceListAnswer)).toThrow(/the field "devices\[0\]\.deviceIds\[0\]\.id"/);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['3', 3000],
    ['0', 0],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s', (header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });
});
