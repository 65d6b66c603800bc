/** The three ways in which gateways count requests. */
import type { RateLimitOptions } from './options.ts';

export interface RateLimit {
  /** @returns 0 when the request may pass, otherwise how many milliseconds to wait */
  take(now: number): number;
}

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { perSecond, windowS } = options;
  const perWindow = Math.max(1, Math.round(perSecond * windowS));
  switch (options.kind) {
    case 'none':
      return { take: () => 0 };
    case 'token-bucket':
      return tokenBucket(perSecond, perWindow);
    case 'fixed-window':
      return fixedWindow(perWindow, windowS * 1000);
    case 'sliding-window':
      return slidingWindow(perWindow, windowS * 1000);
  }
}

function tokenBucket(perSecond: number, depth: number): RateLimit {
  let tokens = depth;
  let last = Number.NaN;
  return {
    take: (now) => {
      if (!Number.isNaN(last)) tokens = Math.min(depth, tokens + (Math.max(0, now - last) / 1000) * perSecond);
      last = now;
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      return Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}

function fixedWindow(perWindow: number, windowMs: number): RateLimit {
  let window = -1;
  let used = 0;
  return {
    take: (now) => {
      const current = Math.floor(now / windowMs);
      if (current !== window) {
        window = current;
        used = 0;
      }
      if (used < perWindow) {
        used++;
        return 0;
      }
      return (current + 1) * windowMs - now;
    },
  };
}

function slidingWindow(perWindow: number, windowMs: number): RateLimit {
  const passed: number[] = [];
  return {
    take: (now) => {
      while (passed[0] !== undefined && passed[0] <= now - windowMs) passed.shift();
      if (passed.length < perWindow) {
        passed.push(now);
        return 0;
      }
      return (passed[0] ?? now) + windowMs - now;
    },
  };
}
