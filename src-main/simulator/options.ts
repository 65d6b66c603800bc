/** What a simulated carrier can be told to be. Every fault is off unless asked for; docs/simulator.md lists them all. */

/** What a call is about: outages and faults can be kept to some of them. */
export const ENDPOINTS = [
  'token',
  'login',
  'logout',
  'password',
  'plan',
  'state',
  'fields',
  'list',
  'history',
  'usage',
  'status',
  'catalog',
  'account',
  'groups',
  'triggers',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export const RETRY_AFTER_FORMS = [
  'seconds',
  'date',
  'none',
  // None of these is any use: two hours, a hundred years, a date in that far future or gone by, less than nothing, a word.
  'hours',
  'century',
  'far-date',
  'past-date',
  'negative',
  'garbage',
] as const;

/** The bodies in which gateways refuse: WSO2 nested and flat, its XML, Apigee's, none at all, or one after the other. */
export const GATEWAY_FORMS = ['nested', 'flat', 'xml', 'apigee', 'empty', 'mixed'] as const;
export type GatewayForm = (typeof GATEWAY_FORMS)[number];

export interface RateLimitOptions {
  kind: 'none' | 'token-bucket' | 'fixed-window' | 'sliding-window';
  /** Requests a second over all M2M calls. */
  perSecond: number;
  /** Length of a window, or depth of the bucket as seconds of refill. */
  windowS: number;
  retryAfter: (typeof RETRY_AFTER_FORMS)[number];
  /** What a refusal looks like; 429, nested and 900803 where nothing is said. */
  status?: 429 | 503;
  form?: GatewayForm;
  /** 900800 to 900807. */
  code?: string;
}

/** What can go wrong with an answer. `…Applied` kinds carry the call out and then say that they did not. */
export const FAULT_KINDS = [
  'serverError',
  'resetBefore',
  'resetAfter',
  'htmlError',
  'slow',
  // New kinds come last: a seed's draws stay what they were.
  'unknown4xx',
  'unknown4xxApplied',
  'unknown5xx',
  'unknown5xxApplied',
  'known5xxApplied',
  'textError',
  'errorIn200',
  'errorIn200Applied',
  'gatewayTimeout',
  'gatewayTimeoutApplied',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Probabilities from 0 to 1 for each M2M call, drawn from the seed. */
export interface FaultOptions {
  serverError: number;
  resetBefore: number;
  resetAfter: number;
  htmlError: number;
  slow: number;
  /** How long a slow answer takes. */
  slowMs: number;
  /** An `errorCode` that nobody documents, with a status of 4xx. */
  unknown4xx?: number;
  unknown4xxApplied?: number;
  /** The same with 5xx. */
  unknown5xx?: number;
  unknown5xxApplied?: number;
  /** A documented code of a refusal, with 5xx, although it was carried out. */
  known5xxApplied?: number;
  /** A 400 whose body is no JSON. */
  textError?: number;
  /** A 200 with an error in it. */
  errorIn200?: number;
  errorIn200Applied?: number;
  /** A plain 504. */
  gatewayTimeout?: number;
  gatewayTimeoutApplied?: number;
  /** Only calls of these endpoints; of all when it is empty or not given. */
  only?: readonly Endpoint[];
}

export const OUTAGE_FORMS = ['503', '500', '504', 'html', 'reset'] as const;

/** An endpoint is down for a time. */
export interface Outage {
  endpoint: Endpoint | 'all';
  /** Seconds from the simulator's start. */
  afterS: number;
  forS: number;
  form: (typeof OUTAGE_FORMS)[number];
}

/** For a time every M2M call is refused with 429, and nothing says how long. */
export interface ThrottleStorm {
  afterS: number;
  forS: number;
}

/** One of the carrier's own rules: it changes plans without being asked. */
export interface PlanRule {
  name: string;
  /** Codes of the plans. */
  fromPlan: string;
  toPlan: string;
  /** How many devices it changes in an hour; 0 for a rule that is only listed. */
  perHour: number;
}

export const PLAN_FORMS = ['code', 'name', 'carrier-code', 'small-letters', 'blanks', 'mixed'] as const;
export const KIND_FORMS = ['plain', 'odd-case'] as const;
export const DEVICE_LIST_ANSWERS = ['works', 'refused', 'ignored'] as const;
export const HISTORY_SHAPES = ['object', 'array'] as const;
export const STATUS_KNOWLEDGE = ['single', 'all'] as const;
export const PASSWORD_BREAKS = ['never', 'before', 'after'] as const;

/** How the carrier's records and answers look; each can be changed while it runs. */
export interface ShownOptions {
  unauthorizedForm: GatewayForm;
  /** How a device record names its plan; `mixed` differs from device to device. */
  planShownAs: (typeof PLAN_FORMS)[number];
  /** `odd-case` writes kinds as `iccId`, `ICCID`, `Iccid`. */
  kindsShownAs: (typeof KIND_FORMS)[number];
  /** Adds an identifier of the kind `imsi`. */
  unknownKinds: boolean;
  /** Share of records with nulls and wrong types. */
  oddRecords: number;
  /** Identifiers as JSON numbers, also those beyond 2^53. */
  identifiersAsNumbers: boolean;
  /** Share of records whose first `carrierInformations` is another carrier's, without a plan. */
  severalCarriers: number;
  /** A walk ends in an empty page that still says `hasMoreData`. */
  emptyLastPage: boolean;
  maxPageSize: number;
  /** What becomes of `deviceList` in the body of a list. */
  deviceList: (typeof DEVICE_LIST_ANSWERS)[number];
  largestDeviceList: number;
  historyShape: (typeof HISTORY_SHAPES)[number];
  /** Whether the status call knows only requests for a single device that suspend or restore, or all. */
  statusKnows: (typeof STATUS_KNOWLEDGE)[number];
  /** When the connection breaks while a password is reset. */
  passwordResetBreaks: (typeof PASSWORD_BREAKS)[number];
  /** Somebody else who uses the same rate limit up. */
  otherUser: { requestsPerSecond: number };
  planRules: readonly PlanRule[];
}

export interface SimulatorOptions extends ShownOptions {
  port: number;
  devices: number;
  seed: number;
  accountName: string;
  key: string;
  secret: string;
  username: string;
  password: string;
  /** Asynchronous application: each device gets its plan this long after the request was accepted. */
  applyDelayMs: { min: number; max: number };
  maxDevicesPerRequest: number;
  /** Shares of the fleet, 0 to 1. */
  suspendedShare: number;
  quotaUsedShare: number;
  tokenLifetimeS: number;
  sessionIdleS: number;
  rateLimit: RateLimitOptions;
  faults: FaultOptions;
  outages: readonly Outage[];
  storms: readonly ThrottleStorm[];
}

export const NO_FAULTS: FaultOptions = {
  serverError: 0,
  resetBefore: 0,
  resetAfter: 0,
  htmlError: 0,
  slow: 0,
  slowMs: 2000,
};

/** The credentials of a simulated account. They open nothing but a server on this machine's loopback. */
export const SIMULATOR_CREDENTIALS = {
  key: 'demo-key',
  secret: 'demo-secret',
  username: 'demo-user',
  password: 'demo-password',
};

export const SHOWN_DEFAULTS: ShownOptions = {
  unauthorizedForm: 'nested',
  planShownAs: 'code',
  kindsShownAs: 'plain',
  unknownKinds: false,
  oddRecords: 0,
  identifiersAsNumbers: false,
  severalCarriers: 0,
  emptyLastPage: false,
  maxPageSize: 500,
  deviceList: 'works',
  largestDeviceList: 500,
  historyShape: 'object',
  statusKnows: 'single',
  passwordResetBreaks: 'never',
  otherUser: { requestsPerSecond: 0 },
  planRules: [],
};

export const SIMULATOR_DEFAULTS: SimulatorOptions = {
  port: 0,
  devices: 10_000,
  seed: 1,
  accountName: '0000123456-00001',
  ...SIMULATOR_CREDENTIALS,
  applyDelayMs: { min: 400, max: 2500 },
  maxDevicesPerRequest: 10_000,
  suspendedShare: 0.004,
  quotaUsedShare: 0.0005,
  tokenLifetimeS: 3600,
  sessionIdleS: 20 * 60,
  rateLimit: { kind: 'token-bucket', perSecond: 20, windowS: 1, retryAfter: 'seconds' },
  faults: NO_FAULTS,
  outages: [],
  storms: [],
  ...SHOWN_DEFAULTS,
};
