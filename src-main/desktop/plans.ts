import { setAllowed, setPrice } from '../catalog/prices.ts';
import { ConsoleError } from '../domain/errors.ts';
import { parsePrice, type Money } from '../domain/money.ts';
import type { Desk, Handlers } from './desk.ts';

export function planHandlers({
  console,
}: Desk): Handlers<'plans.list' | 'plans.sync' | 'plans.setPrice' | 'plans.setAllowed'> {
  return {
    'plans.list': ({ providerId }) => console.store.plans.list(providerId),
    'plans.sync': ({ providerId }) => console.syncPlans(providerId),
    'plans.setPrice': ({ providerId, code, price }) => {
      setPrice(console, providerId, code, price === null ? null : readPrice(price));
    },
    'plans.setAllowed': ({ providerId, code, allowed }) => {
      setAllowed(console, providerId, code, allowed);
    },
  };
}

function readPrice(text: string): Money {
  try {
    return parsePrice(text);
  } catch (error) {
    throw new ConsoleError('bad-input', `${(error as Error).message}.`, 'The old price stays.', error);
  }
}
