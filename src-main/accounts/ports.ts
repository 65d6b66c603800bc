/** What the accounts need of the engine. */
import type { Provider } from '../store/providers.ts';
import type { Secrets } from '../security/vault.ts';
import type { ThingSpaceClient } from '../thingspace/client.ts';

export interface AccountPorts {
  isRunning(providerId: number): boolean;
  /** The next call begins with a fresh login, unless a job is running. */
  drop(providerId: number): Promise<void>;
  /** A read that waits for its turn, and is made again when the carrier throttles it or the network stumbles. @throws CarrierError */
  read<T>(providerId: number, call: (client: ThingSpaceClient) => Promise<T>): Promise<T>;
  /** A client of its own with these secrets. */
  client(provider: Provider, secrets: Secrets, onRefused: () => void): ThingSpaceClient;
  /** Runs the work while no other process runs jobs on this data folder. @throws ConsoleError `busy` when one does */
  alone<T>(work: () => Promise<T>): Promise<T>;
  announce(message: string): void;
}
