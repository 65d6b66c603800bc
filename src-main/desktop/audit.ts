import type { Desk, Handlers } from './desk.ts';

export function auditHandlers(desk: Desk): Handlers<'audit.page' | 'audit.verify' | 'audit.export'> {
  const { console } = desk;
  return {
    'audit.page': ({ search, offset, limit }) => console.store.audit.page(search, offset, limit),
    'audit.verify': () => console.verifyAudit(),
    'audit.export': async () => {
      const file = (await desk.askWhereToSave('audit.jsonl')) ?? null;
      return { file, entries: file === null ? 0 : await console.exportAudit(file) };
    },
  };
}
