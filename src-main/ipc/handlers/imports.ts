/** Files that the window hands over in pieces: put down, looked at as often as a person changes a choice, then written. */
import { applyPriceImport, planPriceImport, type DecimalMark, type PriceImportPlan } from '../../catalog/prices.ts';
import type { Actor } from '../../domain/actor.ts';
import { ConsoleError } from '../../domain/errors.ts';
import { identifyList } from '../../inventory/identify.ts';
import { applyDeviceImport, planDeviceImport, type DeviceImportPlan } from '../../inventory/import.ts';
import { NOT_IMPORTED, NOT_SENT } from '../../tables/problems.ts';
import { Spool } from '../../tables/spool.ts';
import { ChooseColumn, ChooseSheet } from '../../tables/questions.ts';
import {
  CALLS,
  type CallName,
  type ImportDone,
  type ImportLook,
  type ImportWhat,
} from '../../../src-preload/contract/index.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';

interface OpenImport {
  what: ImportWhat;
  providerId: number;
  /** Who began it; nobody else goes on with it. */
  by: Actor;
  spool: Spool;
  isWhole: boolean;
  /** How often it was looked at: only the last look may be written. */
  looks: number;
  /** What was looked at last. */
  plan: { what: 'devices'; plan: DeviceImportPlan } | { what: 'prices'; plan: PriceImportPlan } | undefined;
}

interface Choices {
  sheet?: string | undefined;
  deviceColumns?: number[] | undefined;
  columns?: (string | null)[] | undefined;
  decimal?: DecimalMark | undefined;
}

/** More at once would be files that a window has forgotten. */
const MOST_OPEN = 20;

export function importHandlers({ app }: HandlerContext): Handlers<Extract<CallName, `import.${string}`>> {
  const open = new Map<number, OpenImport>();
  let last = 0;
  const find = (importId: number): OpenImport => {
    const found = open.get(importId);
    if (found === undefined) throw new ConsoleError('not-found', 'This import has ended already.');
    if (found.by.id !== app.access.acting.id)
      throw new ConsoleError('not-found', `This import was begun by ${found.by.name}.`, 'Begin it again.');
    // It began earlier: its own right and service provider count, also if they were taken away meanwhile.
    const began = `import.${found.what}` as const;
    const { needs } = CALLS[began];
    if (needs !== 'anyone') app.access.require(needs, began, [found.providerId]);
    return found;
  };
  const close = async (importId: number): Promise<void> => {
    const found = open.get(importId);
    open.delete(importId);
    await found?.spool.remove();
  };
  const begin = async (providerId: number, what: ImportWhat): Promise<{ importId: number }> => {
    const [oldest] = open.keys();
    if (open.size >= MOST_OPEN && oldest !== undefined) await close(oldest);
    const importId = ++last;
    const by = app.access.acting;
    const spool = await Spool.create(app.home, what === 'identifiers' ? NOT_SENT : NOT_IMPORTED);
    open.set(importId, { what, providerId, by, spool, isWhole: false, looks: 0, plan: undefined });
    return { importId };
  };
  const look = async (found: OpenImport, choices: Choices, turn: number): Promise<ImportLook> => {
    const { what, providerId, spool } = found;
    const source = { path: spool.path };
    switch (what) {
      case 'identifiers':
        return { what, identified: await identifyList(app.store.devices, providerId, source, choices) };
      case 'devices': {
        const plan = await planDeviceImport(app, providerId, source, choices);
        if (turn === found.looks) found.plan = { what, plan };
        return { what, preview: plan.preview };
      }
      case 'prices': {
        const plan = await planPriceImport(app, providerId, source, choices);
        if (turn === found.looks) found.plan = { what, plan };
        return { what, preview: plan.preview };
      }
    }
  };
  return {
    'import.identifiers': ({ providerId }) => begin(providerId, 'identifiers'),
    'import.devices': ({ providerId }) => begin(providerId, 'devices'),
    'import.prices': ({ providerId }) => begin(providerId, 'prices'),
    'import.piece': ({ importId, bytes }) => find(importId).spool.write(Buffer.from(bytes, 'base64')),
    'import.look': async ({ importId, ...choices }) => {
      const found = find(importId);
      found.plan = undefined;
      const turn = ++found.looks;
      try {
        if (!found.isWhole) await found.spool.end();
        found.isWhole = true;
        return await look(found, choices, turn);
      } catch (error) {
        if (error instanceof ChooseSheet) return { what: 'sheets', sheets: [...error.sheets] };
        if (error instanceof ChooseColumn)
          return {
            what: 'columns',
            why: error.why,
            columns: [...error.columns],
            sheet: error.sheet,
            sheets: [...error.sheets],
          };
        throw error;
      }
    },
    'import.apply': async ({ importId, leaveOut }): Promise<ImportDone> => {
      const found = find(importId);
      const { plan, providerId } = found;
      if (plan === undefined)
        throw new ConsoleError('not-found', 'The file has not been looked at.', 'Choose it again.');
      const done: ImportDone =
        plan.what === 'devices'
          ? { what: plan.what, devices: applyDeviceImport(app, providerId, plan.plan, leaveOut) }
          : { what: plan.what, prices: applyPriceImport(app, providerId, plan.plan, leaveOut) };
      await close(importId);
      return done;
    },
    'import.abandon': async ({ importId }) => {
      find(importId);
      await close(importId);
    },
  };
}
