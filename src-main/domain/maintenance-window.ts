/**
 * Maintenance windows: the hours of the week in which changes may leave. Written as people write them, such as
 * `Mon-Fri 01:00-05:00; Sat,Sun 00:00-24:00`, in the computer's own time. No window means any time.
 */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MINUTES = 24 * 60;

interface Window {
  days: readonly number[];
  /** Minutes since midnight; `until` before `from` means that it ends on the next day. */
  from: number;
  until: number;
}

/** @throws RangeError with what is wrong, in words for people */
export function parseWindows(text: string): Window[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseWindow);
}

/**
 * When changes may leave: now, or at the beginning of the next window.
 * @param text as it is set; one that cannot be read holds nothing back, for it was refused when it was entered
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch; `now` itself inside a window
 */
export function windowOpensAt(text: string, now: number): number {
  const windows = parseWindows(text);
  if (windows.length === 0) return now;
  const here = new Date(now);
  const starts: number[] = [];
  // From yesterday, whose window may reach into today, to the same day next week.
  for (let ahead = -1; ahead <= 7; ahead++) {
    const midnight = new Date(here.getFullYear(), here.getMonth(), here.getDate() + ahead);
    for (const { days, from, until } of windows) {
      if (!days.includes(midnight.getDay())) continue;
      const start = new Date(midnight).setMinutes(from);
      const end = new Date(midnight).setMinutes(until > from ? until : until + DAY_MINUTES);
      if (start <= now && now < end) return now;
      if (start > now) starts.push(start);
    }
  }
  return Math.min(...starts);
}

function parseWindow(part: string): Window {
  const match = /^([a-z,\s-]+?)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i.exec(part);
  if (match === null) throw new RangeError(`"${part}" is no window; write it as Mon-Fri 01:00-05:00.`);
  const [, days = '', fromHour, fromMinute, untilHour, untilMinute] = match;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const until = Number(untilHour) * 60 + Number(untilMinute);
  if (
    from >= DAY_MINUTES ||
    until > DAY_MINUTES ||
    Number(fromMinute) > 59 ||
    Number(untilMinute) > 59 ||
    from === until
  )
    throw new RangeError(`"${part}" has a time that no day has, or none between its two times.`);
  return { days: days.split(',').flatMap(parseDays), from, until };
}

function parseDays(text: string): number[] {
  const [first, last = first] = text.split('-').map((name) => {
    const day = DAYS.findIndex((known) => name.trim().toLowerCase().startsWith(known));
    if (day < 0) throw new RangeError(`"${name.trim()}" is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun.`);
    return day;
  });
  const days = [];
  for (let day = first ?? 0; ; day = (day + 1) % 7) {
    days.push(day);
    if (day === last) return days;
  }
}
