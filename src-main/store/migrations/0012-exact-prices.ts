import type { Migration } from './migration.ts';

/**
 * Prices in ten-thousandths of the unit instead of hundredths: 0.0049 is a price. What would not be a safe integer any more
 * was no price of a device, and is taken out.
 */
export const exactPrices: Migration = {
  version: 12,
  sql: `
    ALTER TABLE rate_plan RENAME COLUMN price_minor TO price_amount;
    UPDATE rate_plan SET
      price_currency = CASE WHEN price_amount BETWEEN 0 AND 90000000000000 THEN price_currency END,
      price_amount = CASE WHEN price_amount BETWEEN 0 AND 90000000000000 THEN price_amount * 100 END;
  `,
};
