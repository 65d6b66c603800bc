import { describe, expect, it } from 'vitest';
import { readIdentifier } from '../../src-main/domain/identifier-text.ts';
import { looksRounded, luhnDigit, passesLuhn, type IdentifierKind } from '../../src-main/domain/identifiers.ts';

describe('reading identifiers', () => {
  it.each([
    ['89148000000800139708', 'iccid'],
    [' 8914 8000 0008 0013 9708 ', 'iccid'],
    ["'89148000000800139708", 'iccid'],
    ['="89148000000800139708"', 'iccid'],
    ['990013907835573', 'imei'],
    ['5551234567', 'mdn'],
    ['15551234567', 'msisdn'],
    ['A10000009296F2', 'meid'],
    ['89033023311330000000006217884131', 'eid'],
  ])('takes %s for a %s', (text, kind) => {
    expect(readIdentifier(text)).toMatchObject({ ok: true, identifier: { kind } });
  });

  it('warns of a check digit that does not fit, and never rejects for it: the carrier’s own examples fail it', () => {
    for (const id of ['89148000000800139708', '990013907835573', '89011234567890123456']) {
      const reading = readIdentifier(id);
      expect(reading).toMatchObject({ ok: true });
      expect(reading.ok && reading.warning).toMatch(/check digit/);
    }
    const good = `8914800000080013970${luhnDigit('8914800000080013970')}`;
    expect(readIdentifier(good)).toEqual({ ok: true, identifier: { kind: 'iccid', id: good } });
  });

  it.each(['8.91480000008008E+19', '8,9148E+19', '8.91E+19', '8e19'])(
    'explains %s as mangled by a spreadsheet',
    (text) => {
      const reading = readIdentifier(text);
      expect(reading).toMatchObject({ ok: false, problem: 'mangled' });
      expect(!reading.ok && reading.explanation).toMatch(/spreadsheet/);
    },
  );

  it.each(['', '   ', '""'])('takes %j for empty', (text) => {
    expect(readIdentifier(text)).toMatchObject({ ok: false, problem: 'empty' });
  });

  it.each(['hello', '12345', '891480000008001397081'])('refuses %s', (text) => {
    expect(readIdentifier(text)).toMatchObject({ ok: false, problem: 'malformed' });
  });

  it.each<[string, IdentifierKind | undefined]>([
    ['000000000000000', undefined],
    ['0000000000', undefined],
    ['999-999-9999', 'mdn'],
    ['+1 (000) 000-0000', undefined],
    ['123456789012345', undefined],
    ['1234567890', 'mdn'],
    ['00000000000000000000', 'iccid'],
    ['FFFFFFFFFFFFFF', 'meid'],
  ])('refuses the placeholder %s (%s) with a sentence: it names nobody', (text, kind) => {
    const reading = readIdentifier(text, kind);
    expect(reading).toMatchObject({ ok: false, problem: 'malformed' });
    expect(!reading.ok && reading.explanation).toMatch(/placeholder.*names no device/);
  });

  it.each(['2222220123', '2345678901', '990000000000000', '89148000000000000000'])(
    'takes %s, which only looks a little like a placeholder',
    (text) => {
      expect(readIdentifier(text)).toMatchObject({ ok: true });
    },
  );

  it('sees digits that were rounded to 15 places', () => {
    expect(looksRounded('89148000000800100000')).toBe(true);
    expect(looksRounded('89148000000800139708')).toBe(false);
    expect(looksRounded('990013907835570')).toBe(false);
  });

  it('computes the check digit of a known number', () => {
    expect(passesLuhn('79927398713')).toBe(true);
    expect(luhnDigit('7992739871')).toBe('3');
  });
});
