/** The window's side of the contract. */
import type { Bridge, CallInput, CallName, CallOutput, EventName, EventPayload } from '../../src-preload/contract';

declare global {
  interface Window {
    consoleBridge: Bridge;
  }
}

/** A call that the main process refused or could not carry out; the message is for people. */
export class CallFailed extends Error {
  readonly code: string;
  readonly next: string | null;

  constructor(code: string, message: string, next: string | null) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** @throws CallFailed */
export async function api<N extends CallName>(
  name: N,
  ...input: undefined extends CallInput<N> ? [] : [CallInput<N>]
): Promise<CallOutput<N>> {
  const answer = await window.consoleBridge.call(name, input[0]);
  if (!answer.ok) throw new CallFailed(answer.error.code, answer.error.message, answer.error.next);
  return answer.value as CallOutput<N>;
}

/** @returns a function that stops listening */
export function listen<N extends EventName>(name: N, receive: (payload: EventPayload<N>) => void): () => void {
  return window.consoleBridge.listen(name, (payload) => {
    receive(payload as EventPayload<N>);
  });
}
