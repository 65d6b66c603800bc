import { chainStart } from '../../audit/walk.ts';
import type { Desk, Handlers } from '../handler-context.ts';

export function auditHandlers(
  desk: Desk,
): Handlers<'audit.page' | 'audit.accept' | 'audit.verify' | 'audit.seal' | 'audit.export'> {
  const { console } = desk;
  return {
    'audit.page': ({ search, offset, limit }) => ({
      ...console.store.audit.page(search, offset, limit),
      sealed: chainStart(console.store.audit).seq,
    }),
    'audit.accept': async ({ why }) => {
      await console.acceptOlder(why);
      await desk.takeEngine();
    },
    'audit.verify': () => console.checkAudit(),
    'audit.seal': async ({ before }) => (await console.sealAuditBefore(before)) ?? null,
    'audit.export': async () => {
      const file = (await desk.askWhereToSave('audit.jsonl')) ?? null;
      return { file, entries: file === null ? 0 : await console.exportAudit(file) };
    },
  };
}
