/** Fills a data folder with a large inventory, as a sync would, without a carrier to wait for. */
import { accountOf, PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { Fleet } from '../../src-main/simulator/fleet.ts';
import { SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';
import { SIMULATED_PLANS } from '../../src-main/simulator/plans.ts';
import { openStore, type Store } from '../../src-main/store/index.ts';

const AT_ONCE = 5000;

/** @returns the open store, with one service provider that has these devices and a catalog */
export function fillInventory(home: string, devices: number): { store: Store; providerId: number; fleet: Fleet } {
  const store = openStore(home);
  const at = new Date().toISOString();
  const { id } = store.providers.create(
    { ...PROVIDER_DEFAULTS, name: 'Northwind production', accountName: '0000123456-00001' },
    false,
    at,
  );
  store.plans.replaceSpecifications(
    id,
    SIMULATED_PLANS.map(({ code, name, sizeKb, carrierServicePlanCode }) => ({
      code,
      name,
      sizeKb,
      carrierCode: carrierServicePlanCode,
    })),
    at,
  );
  const fleet = new Fleet({ ...SIMULATOR_DEFAULTS, devices }, Date.now());
  const run = store.syncRuns.start(id, at, accountOf(store.providers.get(id)));
  for (let from = 0; from < devices; from += AT_ONCE) {
    const records = Array.from({ length: Math.min(AT_ONCE, devices - from) }, (_, n) => recordOf(fleet, from + n));
    store.transaction(() => store.devices.saveFromCarrier(id, records, at));
  }
  store.syncRuns.save({ ...run, devices, finishedAt: at });
  return { store, providerId: id, fleet };
}

function recordOf(fleet: Fleet, index: number) {
  return {
    identifiers: { iccid: fleet.iccid(index), imei: fleet.imei(index), mdn: fleet.mdn(index) },
    accountName: '1',
    planCode: fleet.planCode(index),
    state: fleet.state(index),
    groupName: fleet.groupOf(index),
    connected: true,
    lastConnectedAt: new Date(1_790_000_000_000 - ((index * 7919) % 90) * 86_400_000).toISOString(),
    billingCycleEnds: null,
    customFields: fleet.fields(index),
  };
}
