/**
 * Answers one call of the window: asks whether the person may, checks what is asked, runs the handler, and turns errors into
 * words. No Electron in here.
 */
import { CALLS, type CallAnswer, type CallError, type CallName } from '../../src-preload/contract/index.ts';
import { ConsoleError, fileProblem, storageProblem } from '../domain/errors.ts';
import type { Permission } from '../domain/roles.ts';
import { redact } from '../security/redaction.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { App } from '../app.ts';
import { accountsToAuthorize } from './authorize.ts';
import type { Handlers } from './handler-context.ts';

/**
 * Never throws: what goes wrong is in the answer.
 * @param input as it came, believed in nothing
 * @param log told of what is a defect of the console
 */
export async function dispatch(
  app: App,
  handlers: Handlers,
  name: CallName,
  input: unknown,
  log: (message: string) => void,
): Promise<CallAnswer<unknown>> {
  try {
    const { needs } = CALLS[name];
    if (needs !== 'anyone') app.access.require(needs, name);
    const parsed = CALLS[name].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refusal(
        'bad-input',
        `${issue?.message ?? 'The input is not right.'}${issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`}`,
      );
    }
    // The schema that was just passed is the one that types the handler's input.
    const handler = handlers[name] as (checked: unknown) => unknown;
    // Who acts is decided here, once: whoever signs in or out while it goes on changes nothing about it.
    if (needs === 'anyone') {
      // It needs no permission, and asks for none later; its records are those of whoever began it.
      const asked = { permission: 'read', what: name, providerIds: [] } as const;
      return { ok: true, value: await app.access.within(asked, () => handler(parsed.data)) };
    }
    const providerIds = requireFor(app, name, needs, parsed.data);
    const asked = { permission: needs, what: name, providerIds };
    return await app.access.within(asked, async () => {
      const value = await handler(parsed.data);
      const left = value === undefined ? undefined : app.access.leftMeanwhile();
      if (left === undefined) return { ok: true, value };
      const { actor } = app.access;
      return refusal(left, `${actor} has left, or has no right to it any more. What was done is in the audit log.`);
    });
  } catch (error) {
    const answer = describe(error);
    if (answer.code === 'defect')
      log(`call ${name} failed: ${redact(error instanceof Error ? (error.stack ?? error.message) : String(error))}`);
    return { ok: false, error: answer };
  }
}

/**
 * The right for the service providers that the input is about.
 * @throws ConsoleError `denied`, in the same words for what is another's and for what there is not: numbers tell nothing
 */
function requireFor(app: App, name: CallName, needs: Permission, input: unknown): number[] {
  const { access } = app;
  try {
    const providerIds = accountsToAuthorize(app, input);
    access.require(needs, name, providerIds);
    return providerIds;
  } catch (error) {
    const hides = access.view().providers !== null && error instanceof ConsoleError;
    if (hides && (error.code === 'not-found' || error.code === 'denied'))
      throw new ConsoleError('denied', 'There is no such thing, or you have no right for its service provider.');
    throw error;
  }
}

export function refusal(code: string, message: string): CallAnswer<never> {
  return { ok: false, error: { code, message, next: null } };
}

function describe(thrown: unknown): CallError {
  const error = storageProblem(thrown) ?? fileProblem(thrown) ?? thrown;
  if (error instanceof ConsoleError)
    return { code: error.code, message: redact(error.message), next: error.next ?? null };
  if (error instanceof CarrierError)
    return { code: error.kind, message: redact(error.message), next: error.nextStep ?? null };
  return {
    code: 'defect',
    message: 'Something went wrong inside the console; nothing was lost. The log has the details.',
    next: null,
  };
}
