/** How figures and times are written everywhere in the window. */
import type { Priority } from '../../src-main/domain/jobs.ts';
import { formatMoney, type Money } from '../../src-main/domain/money.ts';

const counts = new Intl.NumberFormat('en-US');

export function count(value: number): string {
  return counts.format(value);
}

/** `1 device`, `2,000 devices`. */
export function devices(value: number): string {
  return `${count(value)} ${value === 1 ? 'device' : 'devices'}`;
}

export function percent(share: number): string {
  const value = share * 100;
  // Never 100 % while something is open, nor 0 % once something is there.
  return `${share < 1 && value > 99.9 ? '99.9' : value.toFixed(value >= 10 || value === 0 ? 0 : 1)}%`;
}

export function money(value: Money | null): string {
  return value === null ? '—' : formatMoney(value);
}

/** With its sign: `+$3.90`, `-$2.00`. */
export function signedMoney(value: Money): string {
  return `${value.amount > 0 ? '+' : ''}${money(value)}`;
}

/** What so many devices cost more than now; a dash where it cannot be said. */
export function costDifference(now: Money | null, next: Money | null, size: number): string {
  if (now === null || next === null || now.currency !== next.currency) return '—';
  return signedMoney({ amount: (next.amount - now.amount) * size, currency: next.currency });
}

/** How long a job took; a dash while it has not ended. */
export function took({ startedAt, finishedAt }: { startedAt: string | null; finishedAt: string | null }): string {
  if (startedAt === null || finishedAt === null) return '—';
  return duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
}

/** Local date and time to the minute, as `2026-11-24 09:02`: it sorts, and has one reading everywhere. */
export function when(iso: string | null): string {
  if (iso === null || Number.isNaN(Date.parse(iso))) return '—';
  const date = new Date(iso);
  const two = (value: number): string => value.toString().padStart(2, '0');
  return `${date.getFullYear().toString()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `45 s`, `3 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds)).toString()} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${minutes.toString()} min`
    : `${Math.floor(minutes / 60).toString()} h ${(minutes % 60).toString()} min`;
}

/** `512 KB`, `25 MB`, `1 GB`: what a plan includes. */
export function dataSize(kb: number | null): string {
  if (kb === null) return '—';
  if (kb < 1024) return `${count(kb)} KB`;
  return kb < 1_048_576 ? `${count(Math.round(kb / 102.4) / 10)} MB` : `${count(Math.round(kb / 104_857.6) / 10)} GB`;
}

export const PRIORITY_NAMES: Readonly<Record<Priority, string>> = { low: 'Low', normal: 'Normal', high: 'High' };

/** A remark, however it was written, as a sentence of its own. */
export function sentence(note: string | null): string {
  if (note === null || note === '') return '';
  const text = `${note.charAt(0).toUpperCase()}${note.slice(1)}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
