/** The carrier's error codes and what they mean. Matched by code, never by message: the message holds data and changes. */
import type { CarrierErrorKind } from './carrier-error.ts';

interface TableRow {
  /** Matched against the code after the service's name, without regard to case; more parts may follow. */
  pattern: RegExp;
  kind: CarrierErrorKind;
  meaning: string;
  nextStep: string | null;
}

/** Source: Verizon's list of synchronous errors; the first row that fits counts. */
const TABLE: readonly TableRow[] = [
  row(
    /REQUEST_FAILED\.SessionToken\.(Expired|Format)|INPUT_INVALID\.SessionToken\.Invalid/,
    'session',
    'The M2M session has expired.',
    null,
  ),
  row(
    /REQUEST_FAILED\.(AccountName|AccountNotFound|NoAccounts|MultipleAccounts)|INPUT_INVALID\.Account\.NotDefined/,
    'configuration',
    'The carrier gives no access to this account.',
    'Check the account name (with its leading zeros) in Settings.',
  ),
  row(
    /REQUEST_FAILED\.DefaultIpPoolNotDefined/,
    'configuration',
    'This rate plan needs an IP pool, and the account has no default one.',
    'Ask Verizon to define a default IP pool for the account, or choose another plan.',
  ),
  row(
    /((REQUEST_FAILED|INPUT_INVALID)\.)?DeserializationFailed|INPUT_INVALID\.RequestUndefined/,
    'configuration',
    'The carrier cannot read the request: this is a defect of the console.',
    'Save the diagnostics in Settings and report it. Nothing more is sent.',
  ),
  row(
    /REQUEST_FAILED\.ServicePlan\b.*NotFound/,
    'configuration',
    'The carrier does not know this rate plan for the account.',
    'Sync the plans and choose another one.',
  ),
  // The code of a fifth change is not documented, so everything that says it in words is taken for it.
  row(
    /(REQUEST_FAILED|INPUT_INVALID)\.(.*\.)?(\w*Plan\.?Changes?\.?Limit|Max(imum)?\w*Plan\.?Change)\w*/,
    'device',
    'The plan changes of this month are used up (four for each device).',
    'It can be changed again from the first day of next month.',
  ),
  row(/INPUT_INVALID\.(MaxRequestsExceeded|NumberofDevices)/, 'too-many', 'Too many devices in one request.', null),
  row(
    /INPUT_INVALID\.DeviceState\.Invalid/,
    'device',
    'The device is not active (suspended or deactivated).',
    'Restore it first, then retry this device.',
  ),
  row(
    /REQUEST_FAILED\.DeviceNotFound/,
    'device',
    'The device is not on this account.',
    'Check the identifier and the account.',
  ),
  row(
    /INPUT_INVALID\.Device\.Account\.Invalid/,
    'device',
    'The device belongs to another account.',
    'Change it under the service provider of that account.',
  ),
  row(
    /INPUT_INVALID\.Device\.Kind\.Invalid/,
    'device',
    'The carrier refused the kind of identifier.',
    'Use the ICCID.',
  ),
  row(
    /INPUT_INVALID\.(Device\.)?Identifier\.Invalid/,
    'device',
    'The carrier refused the identifier.',
    'Check its digits.',
  ),
  row(
    /INPUT_INVALID\.Request\.InvalidCharacter/,
    'device',
    "A field holds a character that the carrier refuses (', < or \\).",
    'Check the identifier and the plan code.',
  ),
  row(
    /REQUEST_FAILED\.UnexpectedError/,
    'unexpected',
    'The carrier reports an unexpected error.',
    'Retry later; if it stays, give the answer to Verizon support.',
  ),
  row(
    /REQUEST_ONHOLD/,
    'on-hold',
    'The request waits for an approval at the carrier.',
    'Approve it there; re-check it afterwards.',
  ),
  row(
    /REQUEST_CANCELLED/,
    'refused-by-approval',
    'An approver at the carrier refused the request.',
    'Ask who approves changes on this account.',
  ),
];

function row(pattern: RegExp, kind: CarrierErrorKind, meaning: string, nextStep: string | null): TableRow {
  return { pattern: new RegExp(`^(?:${pattern.source})(?:\\.|$)`, 'i'), kind, meaning, nextStep };
}

const CLASS = /(?:^|\.)((?:REQUEST_FAILED|INPUT_INVALID|REQUEST_ONHOLD|REQUEST_CANCELLED)(?:\..*)?)$/i;

/** `UnifiedWebService.REQUEST_FAILED.DeviceNotFound` → `REQUEST_FAILED.DeviceNotFound`: any service can send any code. */
export function codeWithoutService(errorCode: string): string {
  const code = errorCode.trim();
  const fromClass = CLASS.exec(code)?.[1];
  if (fromClass !== undefined) return fromClass;
  const dot = code.indexOf('.');
  return dot < 0 ? code : code.slice(dot + 1);
}

export interface CodeMeaning {
  kind: CarrierErrorKind;
  code: string;
  meaning: string;
  nextStep: string | null;
}

/** @param errorCode as answered, with or without the service's name */
export function meaningOf(errorCode: string): CodeMeaning {
  const code = codeWithoutService(errorCode);
  const found = TABLE.find((entry) => entry.pattern.test(code));
  if (found !== undefined) return { kind: found.kind, code, meaning: found.meaning, nextStep: found.nextStep };
  return {
    kind: 'unknown',
    code,
    meaning: 'The carrier refused it with a code that this console does not know.',
    nextStep:
      'Look at the answer in the device’s log. Some plans need an address qualification, which is done outside this console.',
  };
}

/**
 * The gateway before the service (WSO2), by its own codes: a call that it refuses never reached the service.
 * @returns undefined for a code that is none of its refusals, such as 101503 (the service did not answer in time)
 */
export function gatewayMeaning(code: string): 'throttled' | 'bearer' | 'configuration' | undefined {
  if (/^90080[0-7]$/.test(code)) return 'throttled';
  if (/^90090[0-5]$/.test(code)) return 'bearer';
  return /^9009\d\d$/.test(code) ? 'configuration' : undefined;
}
