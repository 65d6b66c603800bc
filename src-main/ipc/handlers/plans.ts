import { setAllowed, setPrice } from '../../catalog/prices.ts';
import { ConsoleError } from '../../domain/errors.ts';
import { toCurrency } from '../../domain/currency.ts';
import { checkMoney, parsePrice, type Money } from '../../domain/money.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';

export function planHandlers({
  app,
}: HandlerContext): Handlers<'plans.list' | 'plans.sync' | 'plans.setPrice' | 'plans.setAllowed'> {
  return {
    'plans.list': ({ providerId }) => app.store.plans.list(providerId),
    'plans.sync': ({ providerId }) => app.reads.syncPlans(providerId),
    'plans.setPrice': ({ providerId, code, price }) => {
      const present = app.store.plans.find(providerId, code)?.price?.currency;
      setPrice(app, providerId, code, price === null ? null : readPrice(price, present));
    },
    'plans.setAllowed': ({ providerId, code, allowed }) => {
      setAllowed(app, providerId, code, allowed);
    },
  };
}

/** @param present the currency of the price that it replaces: a number alone leaves it */
function readPrice(text: string, present: string | undefined): Money {
  try {
    const price = parsePrice(text, { otherwise: present === undefined ? 'USD' : (toCurrency(present) ?? present) });
    checkMoney(price);
    return price;
  } catch (error) {
    throw new ConsoleError('bad-input', `${(error as Error).message}.`, 'The old price stays.', error);
  }
}
