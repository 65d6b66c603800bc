/** Imports in one step, as the command line does them: looked at, then written. */
import { applyPriceImport, planPriceImport, type PriceChoices } from '../../src-main/catalog/prices.ts';
import type { App } from '../../src-main/app.ts';
import { applyDeviceImport, planDeviceImport, type DeviceImport } from '../../src-main/inventory/import.ts';
import type { TableSource } from '../../src-main/tables/table.ts';

export async function importDevices(
  app: App,
  providerId: number,
  source: TableSource,
): Promise<Omit<DeviceImport, 'leftOut'>> {
  const plan = await planDeviceImport(app, providerId, source);
  const { leftOut, ...result } = applyDeviceImport(app, providerId, plan);
  if (leftOut !== 0) throw new Error('nobody asked to leave rows out');
  return result;
}

export async function importPrices(
  app: App,
  providerId: number,
  source: TableSource,
  choices: PriceChoices = {},
): Promise<number> {
  const plan = await planPriceImport(app, providerId, source, choices);
  return applyPriceImport(app, providerId, plan).prices;
}
