/** The rate plan catalog: specification from the carrier, price and access from the operator. */
import { randomUUID } from 'node:crypto';
import { checkMoney, type Money } from '../domain/money.ts';
import { planReader, type RatePlan } from '../domain/plans.ts';
import type { Db } from './database.ts';

/** A catalog entry with its own numbers and how many devices are on it now. */
export interface CatalogPlan extends RatePlan {
  id: number;
  uuid: string;
  deviceCount: number;
}

/** What a plan sync brings. */
export interface PlanSpecification {
  code: string;
  name: string;
  sizeKb: number | null;
  carrierCode: string | null;
}

interface Row {
  id: number;
  uuid: string;
  code: string;
  name: string;
  size_kb: number | null;
  carrier_code: string | null;
  price_amount: number | null;
  price_currency: string | null;
  allowed: number;
  retired_at: string | null;
  device_count: number;
}

const SELECT = `SELECT p.*, (SELECT count(*) FROM device d WHERE d.provider_id = p.provider_id AND d.plan_code = p.code AND d.missing_since IS NULL) AS device_count
  FROM rate_plan p WHERE p.provider_id = ?`;

export class PlanRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  list(providerId: number): CatalogPlan[] {
    return this.#db
      .prepare<[number], Row>(`${SELECT} ORDER BY p.retired_at IS NOT NULL, p.size_kb, p.name`)
      .all(providerId)
      .map(toPlan);
  }

  find(providerId: number, code: string): CatalogPlan | undefined {
    const row = this.#db.prepare<[number, string], Row>(`${SELECT} AND p.code = ?`).get(providerId, code);
    return row && toPlan(row);
  }

  /** Reads a plan by code, name or carrier code, as the catalog is now. @see planReader */
  reader(providerId: number): (shown: string | null | undefined) => string | null {
    return planReader(
      this.#db
        .prepare<[number], Pick<RatePlan, 'code' | 'name' | 'carrierCode'>>(
          'SELECT code, name, carrier_code AS carrierCode FROM rate_plan WHERE provider_id = ?',
        )
        .all(providerId),
    );
  }

  /** After the catalog has changed: devices that were read before it have its codes too. */
  normalizeDevices(providerId: number): void {
    const read = this.reader(providerId);
    const shown = this.#db
      .prepare<[number], string>(
        'SELECT DISTINCT plan_code FROM device WHERE provider_id = ? AND plan_code IS NOT NULL',
      )
      .pluck()
      .all(providerId);
    for (const plan of shown) {
      const code = read(plan);
      if (code !== plan)
        this.#db
          .prepare('UPDATE device SET plan_code = ? WHERE provider_id = ? AND plan_code = ?')
          .run(code, providerId, plan);
    }
  }

  /** Takes over the carrier's list: adds, updates, and marks what is no longer listed. Prices and access stay. */
  replaceSpecifications(providerId: number, plans: readonly PlanSpecification[], at: string): void {
    const upsert = this.#db.prepare(
      `INSERT INTO rate_plan (uuid, provider_id, code, name, size_kb, carrier_code, synced_at)
       VALUES (@uuid, @providerId, @code, @name, @sizeKb, @carrierCode, @at)
       ON CONFLICT (provider_id, code) DO UPDATE SET name = excluded.name, size_kb = excluded.size_kb,
         carrier_code = excluded.carrier_code, synced_at = excluded.synced_at, retired_at = NULL`,
    );
    this.#db.transaction(() => {
      for (const plan of plans) upsert.run({ ...plan, uuid: randomUUID(), providerId, at });
      this.#db
        .prepare(
          'UPDATE rate_plan SET retired_at = @at WHERE provider_id = @providerId AND retired_at IS NULL AND synced_at IS NOT @at',
        )
        .run({ providerId, at });
    })();
  }

  /**
   * @returns false when the catalog has no plan of that code
   * @throws RangeError for an amount or a currency that is none: what is stored here is shown everywhere
   */
  setPrice(providerId: number, code: string, price: Money | null): boolean {
    if (price !== null) checkMoney(price);
    return (
      this.#db
        .prepare('UPDATE rate_plan SET price_amount = ?, price_currency = ? WHERE provider_id = ? AND code = ?')
        .run(price?.amount ?? null, price?.currency ?? null, providerId, code).changes === 1
    );
  }

  /** @returns false when the catalog has no plan of that code */
  setAllowed(providerId: number, code: string, allowed: boolean): boolean {
    return (
      this.#db
        .prepare('UPDATE rate_plan SET allowed = ? WHERE provider_id = ? AND code = ?')
        .run(allowed ? 1 : 0, providerId, code).changes === 1
    );
  }
}

function toPlan(row: Row): CatalogPlan {
  return {
    id: row.id,
    uuid: row.uuid,
    code: row.code,
    name: row.name,
    sizeKb: row.size_kb,
    carrierCode: row.carrier_code,
    price: row.price_amount === null ? null : { amount: row.price_amount, currency: row.price_currency ?? 'USD' },
    allowed: row.allowed === 1,
    retiredAt: row.retired_at,
    deviceCount: row.device_count,
  };
}
