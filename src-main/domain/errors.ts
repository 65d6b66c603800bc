/** Errors that a person can act on. Anything else that is thrown is a defect of the console. */

export type ProblemCode =
  'bad-input' | 'not-found' | 'configuration' | 'credentials' | 'carrier' | 'network' | 'busy' | 'store' | 'refused';

/** Says what happened and what to do next; `message` is shown to people as it is. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ProblemCode;
  readonly next: string | undefined;

  constructor(code: ProblemCode, message: string, next?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = next;
  }
}

/** One line for logs and screens, with the next step if there is one. */
export function explain(error: unknown): string {
  if (error instanceof ConsoleError) return error.next === undefined ? error.message : `${error.message} ${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
