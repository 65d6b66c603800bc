/** What a simulated carrier can be told to be. Every fault is off unless asked for. */

export interface RateLimitOptions {
  kind: 'none' | 'token-bucket' | 'fixed-window' | 'sliding-window';
  /** Requests a second over all M2M calls. */
  perSecond: number;
  /** Length of a window, or depth of the bucket as seconds of refill. */
  windowS: number;
  retryAfter: 'seconds' | 'date' | 'none';
}

/** Probabilities from 0 to 1 for each M2M call, drawn from the seed. */
export interface FaultOptions {
  serverError: number;
  resetBefore: number;
  resetAfter: number;
  htmlError: number;
  slow: number;
  /** How long a slow answer takes. */
  slowMs: number;
}

export interface SimulatorOptions {
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
  maxPageSize: number;
  /** Shares of the fleet, 0 to 1. */
  suspendedShare: number;
  quotaUsedShare: number;
  tokenLifetimeS: number;
  sessionIdleS: number;
  rateLimit: RateLimitOptions;
  faults: FaultOptions;
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

export const SIMULATOR_DEFAULTS: SimulatorOptions = {
  port: 0,
  devices: 10_000,
  seed: 1,
  accountName: '0000123456-00001',
  ...SIMULATOR_CREDENTIALS,
  applyDelayMs: { min: 400, max: 2500 },
  maxDevicesPerRequest: 10_000,
  maxPageSize: 500,
  suspendedShare: 0.004,
  quotaUsedShare: 0.0005,
  tokenLifetimeS: 3600,
  sessionIdleS: 20 * 60,
  rateLimit: { kind: 'token-bucket', perSecond: 20, windowS: 1, retryAfter: 'seconds' },
  faults: NO_FAULTS,
};
