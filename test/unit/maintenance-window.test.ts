import { describe, expect, it } from 'vitest';
import { parseWindows, windowOpensAt } from '../../src-main/domain/maintenance-window.ts';

/** Local time, as the windows are. 2026-11-23 is a Monday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();

describe('maintenance windows', () => {
  it('hold nothing back when there is none', () => {
    expect(windowOpensAt('', at(23, 12))).toBe(at(23, 12));
  });

  it('open at their hours on their days', () => {
    const windows = 'Mon-Fri 01:00-05:00; Sat,Sun 00:00-24:00';
    expect(windowOpensAt(windows, at(23, 3))).toBe(at(23, 3));
    expect(windowOpensAt(windows, at(23, 5))).toBe(at(24, 1));
    expect(windowOpensAt(windows, at(27, 12))).toBe(at(28, 0));
    expect(windowOpensAt(windows, at(29, 23, 59))).toBe(at(29, 23, 59));
    expect(windowOpensAt(windows, at(30, 0))).toBe(at(30, 1));
  });

  it('may reach into the next day, and over the end of the week', () => {
    expect(windowOpensAt('Tue 22:00-02:00', at(25, 1))).toBe(at(25, 1));
    expect(windowOpensAt('Tue 22:00-02:00', at(25, 2))).toBe(new Date(2026, 11, 1, 22).getTime());
    expect(windowOpensAt('Fri-Mon 22:00-23:00', at(23, 22, 30))).toBe(at(23, 22, 30));
  });

  it('say what is wrong with them', () => {
    expect(() => parseWindows('tomorrow')).toThrow('is no window');
    expect(() => parseWindows('Mox 01:00-02:00')).toThrow('is no day');
    expect(() => parseWindows('Mon 25:00-26:00')).toThrow('has a time that no day has');
    expect(() => parseWindows('Mon 01:00-01:00')).toThrow('none between');
  });
});
