/**
 * What one Admin alone may not do where there are two: loosen a guard that holds for everybody, or be both persons of an
 * approval by way of a password that they have set themselves.
 */
import { createHash } from 'node:crypto';
import type { AuditLog } from '../audit/log.ts';
import type { Actor } from '../domain/actor.ts';
import { isoTime, type Clock } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { loosenedGuards, settingsOf, type ProviderSettings } from '../domain/provider-settings.ts';
import { isActiveAdmin } from '../domain/roles.ts';
import type { Store } from '../store/index.ts';
import type { Proposal } from '../store/proposals.ts';
import type { Provider } from '../store/providers.ts';

/** So long somebody else may still know the password that they have set. */
const PASSWORD_IS_SHARED_MS = 24 * 3_600_000;

export class SecondAdmin {
  readonly #store: Store;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor(store: Store, audit: AuditLog, clock: Clock) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Whether what this person does to a guard takes somebody beside them. */
  isNeeded(by: Actor): boolean {
    return by.kind === 'operator' && this.#areTwoAdmins();
  }

  /** @returns what would be loosened, in words, if that takes somebody beside this person; else empty */
  neededFor(provider: Provider, settings: ProviderSettings, by: Actor): string[] {
    if (provider.isDemo || !this.isNeeded(by)) return [];
    return loosenedGuards(provider, settings);
  }

  /** Keeps the settings for a second Admin; nothing is changed by it. Replaces what waited before. */
  propose(provider: Provider, settings: ProviderSettings, by: Actor): void {
    if (by.id === null) throw new Error('only operators propose');
    const { id: providerId } = provider;
    const at = isoTime(this.#clock.now());
    const proposal = { providerId, settings, base: baseOf(provider), by: by.name, byId: by.id, at };
    this.#store.transaction(() => {
      this.#store.proposals.put(proposal);
      const loosens = loosenedGuards(provider, settings);
      this.#log('settings.proposed', by, providerId, { loosens, settings: { ...settings } });
    });
  }

  /**
   * The proposal, if this person may say yes to it.
   * @param digest of what they saw
   * @throws ConsoleError `not-found`, or `refused` for the one who proposed it, and when the settings are others by now
   */
  agreeable(providerId: number, by: Actor, digest: string): Proposal {
    const proposal = this.#waiting(providerId);
    if (digestOf(proposal) !== digest)
      throw new ConsoleError(
        'refused',
        'These are no longer the settings that you saw.',
        'Look at them again. Nothing was changed.',
      );
    if (by.kind !== 'operator' || by.id === null || by.id === proposal.byId)
      throw new ConsoleError(
        'refused',
        `${proposal.by} has proposed these settings.`,
        'Another Admin has to agree to them.',
      );
    const borrowed = this.borrowedPassword(by.id, proposal.byId);
    if (borrowed !== undefined) throw new ConsoleError('refused', borrowed, 'Nothing was changed.');
    if (baseOf(this.#store.providers.get(providerId)) !== proposal.base)
      throw new ConsoleError(
        'refused',
        'The settings have been changed since this was proposed.',
        'Reject it, and propose it again. Nothing was changed.',
      );
    return proposal;
  }

  /** It has been agreed to. Part of the transaction that saves the settings. */
  agreed(proposal: Proposal, by: Actor): void {
    this.#store.proposals.remove(proposal.id);
    this.#log('settings.agreed', by, proposal.providerId, { proposedBy: proposal.by });
  }

  /** By anybody who may edit settings, also by the one who proposed it. @throws ConsoleError `not-found` */
  reject(providerId: number, by: Actor): void {
    this.#store.transaction(() => {
      const proposal = this.#waiting(providerId);
      this.#store.proposals.remove(proposal.id);
      this.#log('settings.rejected', by, providerId, { proposedBy: proposal.by });
    });
  }

  /**
   * Where there are two Admins: two operators are one person as long as somebody could sit in the place of both, because they
   * have set their passwords, or those of somebody who has.
   * @param as who decides
   * @param about whose job or proposal it is; null for nobody's
   * @returns why they may not decide now; undefined when they may
   */
  borrowedPassword(as: number, about: number | null): string | undefined {
    if (about === null || !this.#areTwoAdmins()) return undefined;
    const since = isoTime(this.#clock.now() - PASSWORD_IS_SHARED_MS);
    const set = this.#store.operators.passwordsSet(since);
    const placesOf = (person: number): Set<number> => {
      const places = new Set([person]);
      // Grows while it is gone through.
      for (const place of places) for (const { operatorId, byId } of set) if (byId === place) places.add(operatorId);
      return places;
    };
    const puppeteer = [as, about, ...set.map(({ byId }) => byId)].find((person) => {
      const places = placesOf(person);
      return places.has(as) && places.has(about);
    });
    if (puppeteer === undefined) return undefined;
    const nameOf = (id: number): string => this.#store.operators.get(id).name;
    return `In the last 24 hours ${nameOf(puppeteer)} has set a password by which one person could be both ${nameOf(about)} and ${nameOf(as)}. Somebody else has to decide it, or wait until tomorrow.`;
  }

  #waiting(providerId: number): Proposal {
    const proposal = this.#store.proposals.find(providerId);
    if (proposal === undefined)
      throw new ConsoleError('not-found', 'No settings wait for a second Admin.', 'Look at Settings again.');
    return proposal;
  }

  /** Now, or until a moment ago. */
  #areTwoAdmins(): boolean {
    const since = isoTime(this.#clock.now() - PASSWORD_IS_SHARED_MS);
    return (
      this.#store.operators.list().filter((one) => isActiveAdmin(one) || (one.adminUntil ?? '') >= since).length > 1
    );
  }

  #log(
    action: 'settings.proposed' | 'settings.agreed' | 'settings.rejected',
    by: Actor,
    providerId: number,
    detail: Record<string, unknown>,
  ): void {
    const at = isoTime(this.#clock.now());
    this.#audit.append({ at, actor: by.name, action, subject: `service provider ${String(providerId)}`, detail });
  }
}

/** Of all that is proposed: it has to come back with the agreement. */
export function digestOf({ providerId, settings, base, byId, at }: Proposal): string {
  return createHash('sha256')
    .update(JSON.stringify([providerId, settings, base, byId, at]))
    .digest('hex');
}

function baseOf(provider: Provider): string {
  return JSON.stringify(settingsOf(provider));
}
