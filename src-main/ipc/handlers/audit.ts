import { chainStart } from '../../audit/walk.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';

export function auditHandlers(
  context: HandlerContext,
): Handlers<'audit.page' | 'audit.accept' | 'audit.verify' | 'audit.seal' | 'audit.export'> {
  const { app } = context;
  return {
    'audit.page': ({ search, offset, limit }) => ({
      ...app.store.audit.page(search, offset, limit),
      sealed: chainStart(app.store.audit).seq,
    }),
    'audit.accept': async ({ why }) => {
      await app.auditService.acceptOlder(why);
      await context.takeEngine();
    },
    'audit.verify': () => app.auditService.check(),
    'audit.seal': async ({ before }) => (await app.auditService.archiveBefore(before)) ?? null,
    'audit.export': async () => {
      const file = (await context.askWhereToSave('audit.jsonl')) ?? null;
      return { file, entries: file === null ? 0 : await app.auditService.export(file) };
    },
  };
}
