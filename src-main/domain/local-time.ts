/**
 * A time as the person's clock showed it, with its distance from UTC: `2026-11-24 09:02:31 +01:00`.
 * @param iso UTC ISO 8601; null, or what is no time, gives an empty text
 */
export function localTime(iso: string | null): string {
  if (iso === null) return '';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const offset = -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + offset * 60_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${offsetText(offset)}`;
}

/** @param minutes east of UTC */
function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
