/** What a bulk change costs a month, and for how many of its devices that can be said at all. */
import { formatMoney, type Money } from './money.ts';

/** Devices on the same plan now, with its price. */
export interface PricedDevices {
  devices: number;
  price: Money | null;
}

export interface CostReview {
  /** Monthly cost of the devices whose price is known now and afterwards; null when that is none of them. */
  cost: { before: Money; after: Money; devices: number } | null;
  /** The new plan's price is not in the catalog, so that nothing can be said. */
  newPlanHasNoPrice: boolean;
  /** Of those that will change: the plan that they are on has no price. */
  devicesWithoutPrice: number;
  /** Of those that will change: their price is in another currency than the new plan's. Never added up. */
  devicesInOtherCurrency: number;
}

/** @param target the new plan's price; null when it has none, or no plan is changed */
export function reviewCost(from: readonly PricedDevices[], target: Money | null): CostReview {
  let before = 0;
  let devices = 0;
  let devicesWithoutPrice = 0;
  let devicesInOtherCurrency = 0;
  for (const group of from) {
    if (group.price === null) devicesWithoutPrice += group.devices;
    else if (target !== null && group.price.currency !== target.currency) devicesInOtherCurrency += group.devices;
    else if (target !== null) {
      devices += group.devices;
      before += group.price.amount * group.devices;
    }
  }
  const cost =
    target === null || devices === 0
      ? null
      : {
          before: { amount: before, currency: target.currency },
          after: { amount: target.amount * devices, currency: target.currency },
          devices,
        };
  return { cost, newPlanHasNoPrice: target === null, devicesWithoutPrice, devicesInOtherCurrency };
}

/** `$44.50 → $20.00 for 16 of 48 devices, 32 have no price`. @param willChange all that the change is about */
export function costText(review: CostReview, willChange: number): string {
  const { cost } = review;
  const scope = costScope(review, willChange);
  return cost === null ? `not known: ${scope}` : `${formatMoney(cost.before)} → ${formatMoney(cost.after)} ${scope}`;
}

/** What a sum stands for: `for 16 of 48 devices, 32 have no price`; without a sum, why there is none. */
export function costScope(review: CostReview, willChange: number): string {
  const { cost, devicesWithoutPrice, devicesInOtherCurrency } = review;
  if (review.newPlanHasNoPrice) return 'the new plan has no price';
  const missing = [
    ...(devicesWithoutPrice > 0 ? [`${count(devicesWithoutPrice)} ${have(devicesWithoutPrice)} no price`] : []),
    ...(devicesInOtherCurrency > 0
      ? [`${count(devicesInOtherCurrency)} ${have(devicesInOtherCurrency)} a price in another currency`]
      : []),
  ];
  if (cost === null) return missing.join(', ') || 'no device will change';
  const scope =
    cost.devices === willChange
      ? `for ${willChange === 1 ? 'the one device' : `all ${count(willChange)} devices`}`
      : `for ${count(cost.devices)} of ${count(willChange)} devices`;
  return [scope, ...missing].join(', ');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function have(devices: number): string {
  return devices === 1 ? 'has' : 'have';
}
