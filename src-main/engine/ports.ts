/** What the engine needs of the outside. The composition root hands it in; tests hand in what they like. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { ChangeOrder, ChangeType } from '../domain/change-order.ts';
import type { AcceptedChange, DevicePage, DeviceQuery } from '../thingspace/client.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import type { RateLimiterState, RateLimiter } from './rate-limiter.ts';
import type { Provider } from '../store/providers.ts';
import type { StateCounts } from '../domain/changes.ts';
import type { Waiting } from '../domain/waiting.ts';
import type { Job } from '../store/jobs.ts';

/** The carrier as the processor sees it; every method throws CarrierError. */
export interface Carrier {
  changeBody(order: ChangeOrder, identifiers: readonly DeviceIdentifier[]): string;
  change(type: ChangeType, body: string, withdrawn?: AbortSignal): Promise<AcceptedChange>;
  listDevices(from: string, query?: DeviceQuery): Promise<DevicePage>;
  readDevice(identifier: DeviceIdentifier): Promise<CarrierDevice | undefined>;
}

/** A service provider's line to the carrier: one client and one governor for all that goes over it. */
export interface CarrierConnection {
  carrier: Carrier;
  rateLimiter: RateLimiter;
}

export interface EnginePorts {
  /** A service provider with what holds for this process only, such as options of the command line. */
  settings(providerId: number): Provider;
  /** @throws ConsoleError when credentials or configuration are missing */
  connection(provider: Provider): CarrierConnection;
  /** Runs a job's run, so that what is written on the way is the engine's, not that of whoever is there. */
  asEngine<T>(work: () => T): T;
  /** From 0 up to, not including, 1: what makes waits differ. */
  random(): number;
  /** @returns why this operator may not decide about that author's job now; undefined when they may */
  whyNotDecide(operatorId: number, authorId: number | null): string | undefined;
  /** Writes the final report. @returns the folder it is in */
  writeReport(job: Job): Promise<string>;
}

/** Something happened that screens, the command line or notifications show. */
export type EngineEvent =
  | {
      kind: 'progress';
      jobId: number;
      counts: StateCounts;
      rateLimiter: RateLimiterState;
      /** Why nothing leaves at the moment; null when something may. */
      waiting: Waiting | null;
      localSyncFailures: number;
    }
  | { kind: 'job'; jobId: number }
  /** `jobId` is null for what concerns the console as a whole. */
  | { kind: 'alert'; jobId: number | null; message: string };

export type EngineListener = (event: EngineEvent) => void;
