/**
 * Answers one call of the window: asks whether the person may, checks what is asked, runs the handler, and turns errors into
 * words. No Electron in here.
 */
import { CALLS, type CallAnswer, type CallError, type CallName } from '../../src-preload/contract.ts';
import { ConsoleError, fileProblem, storageProblem } from '../domain/errors.ts';
import { redact } from '../security/redaction.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import type { Console } from '../console.ts';
import { providersConcerned } from './concerns.ts';
import type { Handlers } from './desk.ts';

/**
 * Never throws: what goes wrong is in the answer.
 * @param input as it came, believed in nothing
 * @param log told of what is a defect of the console
 */
export async function answerCall(
  console: Console,
  handlers: Handlers,
  name: CallName,
  input: unknown,
  log: (message: string) => void,
): Promise<CallAnswer<unknown>> {
  try {
    const { needs } = CALLS[name];
    if (needs !== 'anyone') console.access.require(needs, name);
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
    if (needs === 'anyone') return { ok: true, value: await handler(parsed.data) };
    const providerIds = providersConcerned(console, parsed.data);
    console.access.require(needs, name, providerIds);
    // Who acts is decided here, once: whoever signs in or out while it goes on changes nothing about it.
    const asked = { permission: needs, what: name, providerIds };
    return { ok: true, value: await console.access.within(asked, () => handler(parsed.data)) };
  } catch (error) {
    const answer = describe(error);
    if (answer.code === 'defect')
      log(`call ${name} failed: ${redact(error instanceof Error ? (error.stack ?? error.message) : String(error))}`);
    return { ok: false, error: answer };
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
