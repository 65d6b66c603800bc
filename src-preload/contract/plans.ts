/** The rate plan catalog. */
import { z } from 'zod';
import type { CatalogPlan } from '../../src-main/store/plans.ts';
import { call, id, text } from './call.ts';

export const PLANS_CALLS = {
  'plans.list': call<CatalogPlan[]>('read')(z.object({ providerId: id })),
  'plans.sync': call<CatalogPlan[]>('inventory')(z.object({ providerId: id })),
  /** As it was typed, such as `1.25` or `1.25 EUR`; a number alone leaves the price's currency. */
  'plans.setPrice': call<void>('catalog')(
    z.object({ providerId: id, code: text, price: z.string().max(40).nullable() }),
  ),
  'plans.setAllowed': call<void>('catalog')(z.object({ providerId: id, code: text, allowed: z.boolean() })),
} as const;
