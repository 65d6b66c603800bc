/** Letter G: a currency is a code, a price keeps four decimals, and a sum says what it stands for. */
import { describe, expect, it } from 'vitest';
import { importPrices } from '../imports.ts';
import { costText } from '../../../src-main/domain/cost.ts';
import { formatMoney } from '../../../src-main/domain/money.ts';
import { dispatch } from '../../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../../src-main/ipc/handlers/index.ts';
import { deskOf } from '../../security/desk.ts';
import { devs, LARGE, PLANS, SMALL } from './hooked-carrier.ts';
import { inWorld, type World } from './world.ts';

const THIRD = 'M2M9GB';
const THREE_PLANS = [...PLANS, { name: 'Huge 9GB', code: THIRD, sizeKb: 9, carrierServicePlanCode: '84999' }];

const prices = (world: World, text: string): Promise<number> =>
  importPrices(world.app, world.provider.id, { text }, /\d,\d\d[;\n]/.test(text) ? { decimal: 'comma' } : {});
const priceOf = (world: World, code = SMALL) => world.app.store.plans.find(world.provider.id, code)?.price;

describe.concurrent('a price list', () => {
  it.each(['Euro', 'EURO', 'euros', 'US Dollar', 'XX', 'EU', '¥', '12', 'QQQ'])(
    'with the currency "%s" is refused by its line',
    async (currency) => {
      await inWorld({ devices: devs(1) }, async (world) => {
        await expect(prices(world, `Code,Price,Currency\n${LARGE},2,EUR\n${SMALL},1.25,${currency}\n`)).rejects.toThrow(
          /line 3/,
        );
        expect(priceOf(world)).toBeNull();
        expect(priceOf(world, LARGE)).toBeNull();
      });
    },
  );

  it.each([
    ['EUR', '1.25', '€1.25'],
    ['eur', '1.25', '€1.25'],
    ['€', '0.0049', '€0.0049'],
    ['', '0.0049', '$0.0049'],
    ['', '1.005', '$1.005'],
    ['USD', '1,25', '$1.25'],
  ])('keeps "%s %s" as it is', async (currency, price, shown) => {
    await inWorld({ devices: devs(1) }, async (world) => {
      await prices(world, `Code;Price;Currency\n${SMALL};${price};${currency}\n`);
      const kept = priceOf(world);
      if (!kept) throw new Error('no price was kept');
      expect(formatMoney(kept).replace(/0$/, '')).toBe(shown.replace(/0$/, ''));
    });
  });

  it('with five decimals is refused, not rounded', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      await expect(prices(world, `Code,Price\n${SMALL},0.00499\n`)).rejects.toThrow(/5 decimals/);
    });
  });
});

describe.concurrent('a price', () => {
  it('in EUR that is edited in the window stays in EUR', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      await prices(world, `Code,Price,Currency\n${SMALL},1.25,EUR\n`);
      const handlers = createHandlers(deskOf(world.app));
      const input = { providerId: world.provider.id, code: SMALL, price: '0.0049' };
      const answer = await dispatch(world.app, handlers, 'plans.setPrice', input, () => undefined);
      expect(answer.ok).toBe(true);
      expect(priceOf(world)).toEqual({ amount: 49, currency: 'EUR' });
    });
  });

  it('that an old store holds in "Euro" costs no screen: it is shown as it is', () => {
    expect(formatMoney({ amount: 12_500, currency: 'Euro' })).toBe('1.25 Euro');
    expect(formatMoney({ amount: 12_500, currency: '' })).toBe('1.25');
  });
});

describe.concurrent('the sum of a review', () => {
  it('says for how many devices it stands, and how many have no price', async () => {
    const devices = devs(6);
    for (const device of devices.slice(2)) device.plan = THIRD;
    await inWorld({ devices, hooks: { plans: THREE_PLANS } }, async (world) => {
      await prices(world, `Code,Price\n${SMALL},2.5\n${LARGE},1.25\n`);
      const review = world.app.bulkChanges.review(world.request());
      expect(costText(review, review.willChange)).toBe('$5.00 → $2.50 for 2 of 6 devices, 4 have no price');
    });
  });

  it('never adds up two currencies', async () => {
    const devices = devs(3);
    for (const device of devices.slice(1)) device.plan = THIRD;
    await inWorld({ devices, hooks: { plans: THREE_PLANS } }, async (world) => {
      await prices(world, `Code,Price,Currency\n${SMALL},2.5,USD\n${LARGE},1.25,USD\n${THIRD},9,EUR\n`);
      const review = world.app.bulkChanges.review(world.request());
      expect(costText(review, review.willChange)).toBe(
        '$2.50 → $1.25 for 1 of 3 devices, 2 have a price in another currency',
      );
    });
  });

  it('is exact for prices of less than a cent', async () => {
    await inWorld({ devices: devs(30) }, async (world) => {
      await prices(world, `Code,Price\n${SMALL},0.0049\n${LARGE},0.1\n`);
      const review = world.app.bulkChanges.review(world.request());
      expect(costText(review, review.willChange)).toBe('$0.147 → $3.00 for all 30 devices'.replace('0.147', '0.1470'));
    });
  });

  it('is none where the new plan has no price, and says so', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      await prices(world, `Code,Price\n${SMALL},2\n`);
      const review = world.app.bulkChanges.review(world.request());
      expect(costText(review, review.willChange)).toBe('not known: the new plan has no price');
    });
  });
});
