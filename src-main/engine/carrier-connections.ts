/** The connections to the carrier: one for each service provider, with one client and one rate limiter for all that goes over it. */
import type { Clock } from '../domain/clock.ts';
import {
  accountDifferences,
  accountOf,
  type CarrierAccount,
  type ProviderSettings,
} from '../domain/provider-settings.ts';
import type { Store } from '../store/index.ts';
import type { Provider } from '../store/providers.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import { ThingSpaceClient } from '../thingspace/client.ts';
import type { Http } from '../thingspace/http.ts';
import type { Credentials } from '../thingspace/tokens.ts';
import { isUnreadable } from './carrier-reader.ts';
import type { CarrierConnection } from './ports.ts';
import { plausibleRate, RateLimiter } from './rate-limiter.ts';

/** What an option of the command line sets for one run; it is not saved. */
export type RunSettings = Partial<
  Pick<ProviderSettings, 'lanes' | 'maxRequestsPerSecond' | 'settleS' | 'confirmDeadlineS'>
>;

export interface OpenConnection extends CarrierConnection {
  client: ThingSpaceClient;
  /** Where it goes. */
  account: CarrierAccount;
}

export interface ConnectionPorts {
  /** @throws CarrierError `credentials` when there are none that may be sent to the account's address */
  credentials(provider: Provider): Promise<Credentials>;
  isRunning(providerId: number): boolean;
  /** A token is told to no log. */
  knowToken(token: string): void;
}

export class CarrierConnections {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #http: Http | undefined;
  readonly #ports: ConnectionPorts;
  readonly #open = new Map<number, OpenConnection>();
  /** Those to a former account that a running job still had when it was edited elsewhere. */
  readonly #former: OpenConnection[] = [];
  #forThisRun: RunSettings = {};

  constructor(store: Store, clock: Clock, http: Http | undefined, ports: ConnectionPorts) {
    this.#store = store;
    this.#clock = clock;
    this.#http = http;
    this.#ports = ports;
  }

  /** What an option of the command line sets holds for this process, for every service provider, and is not saved. */
  useForThisRun(settings: RunSettings): void {
    this.#forThisRun = settings;
    this.#open.clear();
  }

  /** A service provider with what holds for this run only. @throws ConsoleError `not-found` */
  settings(providerId: number): Provider {
    return { ...this.#store.providers.get(providerId), ...this.#forThisRun };
  }

  /** The connection to a service provider's carrier account; one for all that the console does there. */
  open(provider: Provider): OpenConnection {
    const known = this.#open.get(provider.id);
    const account = accountOf(provider);
    if (known !== undefined && accountDifferences(known.account, account).length === 0) return known;
    // Another window or command has edited the account.
    if (known !== undefined && this.#ports.isRunning(provider.id)) this.#former.push(known);
    else void this.drop(provider.id);
    const client = this.client(provider, () => this.#ports.credentials(provider));
    const learned = plausibleRate(provider.learnedRequestsPerSecond, provider.learnedRateAt, this.#clock.now());
    const rateLimiter = new RateLimiter(this.#clock, learned, this.settings(provider.id).maxRequestsPerSecond);
    const opened = { client, carrier: client, rateLimiter, account };
    this.#open.set(provider.id, opened);
    return opened;
  }

  client(provider: Provider, credentials: () => Promise<Credentials>, onRefused?: () => void): ThingSpaceClient {
    return new ThingSpaceClient(
      provider,
      {
        credentials,
        knowSecret: (token) => {
          this.#ports.knowToken(token);
        },
        failedLogins: () => this.#store.providers.get(provider.id).failedLogins,
        recordLogin: (succeeded, at) => {
          this.#store.providers.recordLogin(provider.id, succeeded, at);
          if (!succeeded) onRefused?.();
        },
      },
      this.#clock,
      () => this.#store.plans.reader(provider.id),
      this.#http,
    );
  }

  /** A read that waits for its turn, and is made again when the carrier throttles it or the network stumbles. */
  async read<T>(providerId: number, call: (client: ThingSpaceClient) => Promise<T>): Promise<T> {
    const { client, rateLimiter } = this.open(this.#store.providers.get(providerId));
    for (let failures = 0; ;) {
      const permit = await rateLimiter.acquire();
      try {
        const result = await call(client);
        rateLimiter.onAnswer(permit);
        return result;
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error;
        rateLimiter.onError(permit, error);
        if (error.kind === 'throttled') continue;
        const passes = error.kind === 'ambiguous' || error.kind === 'not-sent';
        if (!passes || isUnreadable(error) || failures >= READ_RETRIES) throw error;
        failures++;
        await this.#clock.sleep(250 * 2 ** failures);
      }
    }
  }

  /**
   * The next call begins with a fresh login. The connection of a running job stays: its answers must not be cut off, and its
   * next login reads the vault anyway.
   */
  async drop(id: number): Promise<void> {
    if (this.#ports.isRunning(id)) return;
    const opened = this.#open.get(id);
    this.#open.delete(id);
    await opened?.client.close();
  }

  /** Logs out everywhere. @param each does it for one of them */
  async close(each: (close: () => Promise<void>) => Promise<void>): Promise<void> {
    await Promise.all([...this.#open.values(), ...this.#former].map(({ client }) => each(() => client.close())));
  }

  /** Nothing is sent over them any more. */
  forget(): void {
    this.#open.clear();
  }
}

/** How often a read is made again after a failure that is likely to pass. */
const READ_RETRIES = 4;
