/** How the console works with one service provider's carrier account, as far as a person decides it. */

import { normalBaseUrl, type ApiPaths } from './base-url.ts';

/** What a person may edit. Durations are in seconds. */
export interface ProviderSettings {
  name: string;
  /** Keeps its leading zeros, such as `0000123456-00001`. */
  accountName: string;
  baseUrl: string;
  oauthPath: string;
  m2mPath: string;
  /** The read-only switch: when off, every change is refused before the API is called. */
  writesEnabled: boolean;
  /** Whether a change request names the account next to its devices (seen in public clients only, so off by default). */
  sendAccountWithDevices: boolean;
  batchSize: number;
  pageSize: number;
  lanes: number;
  /** A cap by hand; null lets the console find the carrier's limit. */
  maxRequestsPerSecond: number | null;
  /** How often one change may be sent before it fails; counts only attempts that ended without an outcome. */
  maxAttempts: number;
  requestTimeoutS: number;
  /** How long to wait before a change whose answer was lost may be sent again. */
  settleS: number;
  /** How long an accepted change may take to show in the carrier's record before it is `unconfirmed`. */
  confirmDeadlineS: number;
  /** When changes may leave, such as `Mon-Fri 01:00-05:00`; empty for any time. See `maintenance-window.ts`. */
  maintenanceWindows: string;
  /** A bulk change of more devices asks for their number to be typed; null never asks. */
  confirmAbove: number | null;
  /** A bulk change of more devices needs somebody else's approval; null never does. */
  fourEyesAbove: number | null;
  /** Authorities that its connection trusts besides the usual ones, in PEM; empty for none. */
  caCertificates: string;
}

/** Requests a second: a lower limit would let nothing leave for as long as anybody watches. */
export const SLOWEST_RATE = 0.1;

/** Defaults for what the carrier does not publish; every one can be set per service provider. */
export const PROVIDER_DEFAULTS: Omit<ProviderSettings, 'name' | 'accountName'> = {
  baseUrl: 'https://thingspace.verizon.com',
  oauthPath: '/api/ts/v1/oauth2/token',
  m2mPath: '/api/m2m/v1',
  writesEnabled: true,
  sendAccountWithDevices: false,
  batchSize: 100,
  pageSize: 500,
  lanes: 4,
  maxRequestsPerSecond: null,
  maxAttempts: 6,
  requestTimeoutS: 60,
  settleS: 30,
  confirmDeadlineS: 300,
  maintenanceWindows: '',
  confirmAbove: 1000,
  fourEyesAbove: null,
  caCertificates: '',
};

/** What decides where a change goes. A job is made for it, and is not sent when it is another by then. */
export const ACCOUNT_FIELDS = ['accountName', 'baseUrl', 'oauthPath', 'm2mPath', 'sendAccountWithDevices'] as const;
export type CarrierAccount = Pick<ProviderSettings, (typeof ACCOUNT_FIELDS)[number]>;

/** The demo's carrier is inside the console, at another port each time: its address says nothing. */
export function accountOf(provider: ProviderSettings & { isDemo: boolean }): CarrierAccount {
  const { accountName, baseUrl, oauthPath, m2mPath, sendAccountWithDevices } = provider;
  const address = provider.isDemo ? 'demo' : oneForm(baseUrl, { oauthPath, m2mPath });
  return { accountName: accountName.trim(), baseUrl: address, oauthPath, m2mPath, sendAccountWithDevices };
}

function oneForm(baseUrl: string, paths: ApiPaths): string {
  try {
    return normalBaseUrl(baseUrl, paths);
  } catch {
    // What is no address is refused where it is used.
    return baseUrl;
  }
}

/** Where secrets go to, in one line: they are kept for this address and are entered anew for another one. */
export function addressOf({
  baseUrl,
  oauthPath,
  m2mPath,
}: Pick<ProviderSettings, 'baseUrl' | 'oauthPath' | 'm2mPath'>): string {
  return `${oneForm(baseUrl, { oauthPath, m2mPath })} ${oauthPath} ${m2mPath}`;
}

/** Whether both lead to the same devices of the same carrier. */
export function isSameAccount(one: CarrierAccount, other: CarrierAccount): boolean {
  const here = ({ baseUrl }: CarrierAccount): string =>
    baseUrl
      .replace(/^(https?:\/\/)(localhost|\[::1\]|127(?:\.\d+){3})(?=[:/]|$)/i, '$1this-computer')
      .replace(/\.(?=[:/]|$)/, '');
  return (
    one.accountName === other.accountName &&
    here(one) === here(other) &&
    one.m2mPath.toLowerCase() === other.m2mPath.toLowerCase()
  );
}

/** The settings in which two accounts differ, in words; empty when they are the same. */
export function accountDifferences(one: CarrierAccount, other: CarrierAccount): string[] {
  const words = {
    accountName: 'the account',
    baseUrl: 'the address',
    oauthPath: 'the token path',
    m2mPath: 'the API path',
    sendAccountWithDevices: 'whether requests name the account',
  } as const satisfies Record<keyof CarrierAccount, string>;
  return ACCOUNT_FIELDS.filter((field) => one[field] !== other[field]).map((field) => words[field]);
}

/** What a person may edit, alone. */
export function settingsOf(provider: ProviderSettings): ProviderSettings {
  const names = Object.keys({ name: '', accountName: '', ...PROVIDER_DEFAULTS }) as (keyof ProviderSettings)[];
  return Object.fromEntries(names.map((name) => [name, provider[name]])) as unknown as ProviderSettings;
}

/** Every setting that would be another one, with both values. */
export function settingsDifferences(before: ProviderSettings, after: ProviderSettings): string[] {
  const text = (value: ProviderSettings[keyof ProviderSettings]): string =>
    value === null || value === '' ? 'none' : typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  const names = Object.keys(settingsOf(before)) as (keyof ProviderSettings)[];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${SETTING_WORDS[name]}: ${text(before[name])} → ${text(after[name])}`);
}

/** One name for each setting, in the form and in the differences to which a second Admin agrees. */
export const SETTING_WORDS: Readonly<Record<keyof ProviderSettings, string>> = {
  name: 'Name',
  accountName: 'Account name',
  baseUrl: 'Base address',
  oauthPath: 'Token path',
  m2mPath: 'M2M path',
  writesEnabled: 'Writes enabled',
  sendAccountWithDevices: 'Name the account in change requests',
  batchSize: 'Devices in one request',
  pageSize: 'Devices in one page',
  lanes: 'Requests under way at once',
  maxRequestsPerSecond: 'Requests a second, at most',
  maxAttempts: 'Attempts for one change',
  requestTimeoutS: 'Time-out of a request (s)',
  settleS: 'Settling time (s)',
  confirmDeadlineS: 'Confirm within (s)',
  maintenanceWindows: 'Maintenance windows',
  confirmAbove: 'Ask for the number of devices above',
  fourEyesAbove: 'Four eyes above',
  caCertificates: 'Own certificate authority',
};

/** Guards that hold for everybody and would hold less, in words; empty when none would. */
export function loosenedGuards(before: ProviderSettings, after: ProviderSettings): string[] {
  const { fourEyesAbove: from } = before;
  const { fourEyesAbove: to } = after;
  return [
    ...(from !== null && to === null ? [`no change would need an approval (now: above ${String(from)} devices)`] : []),
    ...(from !== null && to !== null && to > from
      ? [`changes would need an approval above ${String(to)} devices only (now: above ${String(from)})`]
      : []),
    ...(!before.writesEnabled && after.writesEnabled ? ['changes could be sent (now: read-only)'] : []),
    ...(before.accountName === after.accountName
      ? []
      : [`it would be account ${after.accountName} (now: ${before.accountName})`]),
    ...(addressOf(before) === addressOf(after)
      ? []
      : [`credentials and changes would go to ${addressOf(after)} (now: ${addressOf(before)})`]),
    ...(after.caCertificates !== '' && after.caCertificates !== before.caCertificates
      ? ['other certificate authorities would be trusted']
      : []),
  ];
}

/** An answer that this account's carrier gives when it has done nothing, found out by reading back; see `engine/error-policy.ts`. */
export interface LearnedRefusal {
  /** HTTP status and code, such as `400 REQUEST_FAILED.Something`. */
  key: string;
  /** UTC ISO 8601. */
  at: string;
  jobId: number;
}
