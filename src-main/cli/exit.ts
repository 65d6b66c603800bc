/** How a command ends although something still hangs. */

const LONGEST_END_MS = 3000;

/**
 * Lets the command end by itself, and ends it when it does not. For what may never answer, such as a file system, or a
 * keychain that asks somebody who is gone: a script that waits for the command would wait as long.
 */
export function exitBeforeLong(): void {
  setTimeout(() => process.exit(), LONGEST_END_MS).unref();
}
