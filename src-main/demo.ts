/** The demo: the embedded simulator as a service provider, with the client, engine and store used in production. */
import type { App } from './app.ts';
import { orderOf } from './domain/change-order.ts';
import { parsePrice } from './domain/money.ts';
import { quotaMonth } from './domain/plans.ts';
import { setPrice } from './catalog/prices.ts';
import type { DeviceFacts } from './bulk-change/change-types/change-type.ts';
import { routeChange } from './bulk-change/change-types/registry.ts';
import { DEVICE_STATES } from './simulator/fleet.ts';
import { SIMULATOR_CREDENTIALS, type SimulatorOptions } from './simulator/options.ts';
import { SIMULATED_PLANS } from './simulator/plans.ts';
import { Simulator } from './simulator/server.ts';
import type { Provider } from './store/providers.ts';
import { PROVIDER_DEFAULTS } from './domain/provider-settings.ts';
import type { SyncProgress } from './inventory/sync.ts';

export const DEMO_NAME = 'Demo carrier';
/** The plan that the guided demo changes to: few simulated devices are on it. */
export const DEMO_TARGET_PLAN = 'M2M150MB-A';

/** Customers for the demo's devices, as an operator would import them. */
const DEMO_CUSTOMERS = [
  'Northwind Metering',
  'Halvorsen Logistics',
  'Blue Mesa Parking',
  'Calder Cold Chain',
  'Ostara Vending',
  'Pinnacle Fleet',
];

export interface Demo {
  provider: Provider;
  simulator: Simulator;
}

/** Starts a simulator and points the demo service provider at it: a carrier that knows nothing of earlier demos. */
export async function startDemo(app: App, options: Partial<SimulatorOptions> = {}): Promise<Demo> {
  return open(app, new Simulator(options));
}

/**
 * Goes on with the demo of an earlier run, if there was one: the simulated carrier comes up with the plans that its devices
 * had, and with those that it had accepted. A real carrier does not die with the console either.
 */
export async function resumeDemo(app: App): Promise<Demo | undefined> {
  const provider = demoOf(app);
  if (provider === undefined) return undefined;
  const { store } = app;
  const simulator = new Simulator({ devices: Math.max(1, store.devices.count(provider.id)) });
  const give = (iccid: string, facts: Partial<DeviceFacts>): void => {
    const { fleet } = simulator;
    const index = fleet.find('iccid', iccid);
    if (index < 0) return;
    const plan = SIMULATED_PLANS.findIndex((one) => one.code === facts.planCode);
    const state = DEVICE_STATES.find((one) => one === facts.state);
    if (plan >= 0) fleet.setPlan(index, plan);
    if (state !== undefined) fleet.setState(index, state);
    if (facts.customFields !== undefined) fleet.setFields(index, facts.customFields);
  };
  const month = quotaMonth(app.clock.now());
  for (const known of store.devices.targets(provider.id, store.devices.ids(provider.id, {}), month))
    give(known.identifier, known);
  for (const job of store.jobs.list().filter((one) => one.providerId === provider.id && one.state !== 'finished')) {
    const { localChange } = routeChange(orderOf(job), store, provider.id);
    for (const change of store.changes.inState(job.id, ['accepted'])) give(change.identifier.id, localChange);
  }
  return open(app, simulator);
}

async function open(app: App, simulator: Simulator): Promise<Demo> {
  const baseUrl = await simulator.start();
  try {
    return { provider: await providerOf(app, simulator, baseUrl), simulator };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/** By what it is: a name can be given to anything. */
function demoOf(app: App): Provider | undefined {
  return app.store.providers.list().find(({ isDemo }) => isDemo);
}

async function providerOf(app: App, simulator: Simulator, baseUrl: string): Promise<Provider> {
  app.askAgain();
  const known = demoOf(app);
  // A real account may have that name.
  const isTaken = known === undefined && app.store.providers.findByName(DEMO_NAME) !== undefined;
  const settings = {
    ...PROVIDER_DEFAULTS,
    name: isTaken ? `${DEMO_NAME} (simulator)` : (known?.name ?? DEMO_NAME),
    accountName: simulator.options.accountName,
    baseUrl,
    settleS: 10,
    confirmDeadlineS: 60,
  };
  const provider =
    known === undefined
      ? app.accounts.create(settings, true)
      : await app.accounts.moveDemo(known.id, {
          ...settings,
          batchSize: known.batchSize,
          writesEnabled: known.writesEnabled,
        });
  await app.credentials.set(provider.id, SIMULATOR_CREDENTIALS);
  return provider;
}

/** Reads plans and devices from the demo's carrier and adds what the API does not have: prices and customers. */
export async function fillDemo(
  app: App,
  provider: Provider,
  onProgress?: (progress: SyncProgress) => void,
): Promise<void> {
  await app.reads.syncPlans(provider.id);
  for (const plan of SIMULATED_PLANS) {
    setPrice(app, provider.id, plan.code, parsePrice(plan.demoPriceUsd));
  }
  await app.reads.syncDevices(provider.id, onProgress);
  const at = new Date(app.clock.now()).toISOString();
  app.store.transaction(() => {
    for (const id of app.store.devices.ids(provider.id, {})) {
      const customer = DEMO_CUSTOMERS[(id * 7) % DEMO_CUSTOMERS.length];
      if (customer !== undefined && id % 9 !== 0) app.store.devices.setCustomer(provider.id, id, customer, at);
    }
  });
}
