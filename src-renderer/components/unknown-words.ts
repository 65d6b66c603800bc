/** What is said about identifiers that the inventory does not have, wherever a person decides on them. */
import { failsCheckDigit } from '../../src-main/domain/identifier-text.ts';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers.ts';
import { count } from '../lib/format.ts';

export function sendLabel(unknown: number): string {
  return `Send ${count(unknown)} unknown ${unknown === 1 ? 'identifier' : 'identifiers'} to the carrier`;
}

export function unknownSummary(unknown: number, send: boolean): string {
  return `${count(unknown)} not in the inventory: ${send ? 'sent to the carrier' : 'left out'}`;
}

/** What the choice means. */
export function unknownExplanation(unknown: number, send: boolean): string {
  const one = unknown === 1;
  return send
    ? `The carrier may know ${one ? 'it' : 'them'}. ${one ? 'It is' : 'Each is'} read there before anything is changed.`
    : `${one ? 'It is' : 'They are'} not in the inventory, so nothing is sent for ${one ? 'it' : 'them'}. Sync first if the inventory may be out of date.`;
}

/** @returns null when every check digit fits */
export function doubtWarning(unknown: number, doubtful: number): string | null {
  if (doubtful === 0) return null;
  if (unknown === 1) return 'Its check digit does not fit: most likely a typing mistake.';
  return doubtful === 1
    ? '1 of them has a check digit that does not fit: most likely a typing mistake.'
    : `${count(doubtful)} of them have a check digit that does not fit: most likely typing mistakes.`;
}

/** Those whose check digit does not fit: nobody knows a device by them, and most likely somebody mistyped one. */
export function doubtfulOf(unknown: readonly DeviceIdentifier[]): number {
  return unknown.filter(failsCheckDigit).length;
}
