/** Settings of service providers that wait for a second Admin: one a service provider, the newest. */
import type { ProviderSettings } from '../domain/provider-settings.ts';
import type { Db } from './database.ts';

export interface Proposal {
  id: number;
  providerId: number;
  settings: ProviderSettings;
  /** The settings that it was proposed for, as JSON. */
  base: string;
  by: string;
  byId: number;
  /** UTC ISO 8601. */
  at: string;
}

type Row = Omit<Proposal, 'settings'> & { settings: string };

const SELECT = 'SELECT id, provider_id AS providerId, settings, base, by, by_id AS byId, at FROM proposed_settings';

export class ProposalRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** In place of one that waits already. */
  put(proposal: Omit<Proposal, 'id'>): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO proposed_settings (provider_id, settings, base, by, by_id, at)
         VALUES (@providerId, @settings, @base, @by, @byId, @at)`,
      )
      .run({ ...proposal, settings: JSON.stringify(proposal.settings) });
  }

  find(providerId: number): Proposal | undefined {
    const row = this.#db.prepare<[number], Row>(`${SELECT} WHERE provider_id = ?`).get(providerId);
    return row && { ...row, settings: JSON.parse(row.settings) as ProviderSettings };
  }

  remove(id: number): void {
    this.#db.prepare('DELETE FROM proposed_settings WHERE id = ?').run(id);
  }
}
