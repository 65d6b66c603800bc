/** What the window makes of a checked list before anything is sent: pure parts of the renderer. */
import { beforeEach, expect, test } from 'vitest';
import type { DeviceIdentifier } from '../../src-main/domain/identifiers.ts';
import { noVerdicts } from '../../src-main/domain/list-lines.ts';
import type { Identified, IdentifiedLine } from '../../src-main/inventory/identify.ts';
import {
  chosen,
  countsNow,
  fixOf,
  LEFT_OUT,
  lineNow,
  namedBy,
  type Fix,
} from '../../src-renderer/screens/imports/list-fixes.ts';
import { describeDone, priceWithComma, whyNotYet } from '../../src-renderer/screens/imports/import-words.ts';
import { doubtfulOf, doubtWarning, sendLabel, unknownSummary } from '../../src-renderer/components/unknown-words.ts';
import { namedSize, requestOf, sizeOf, unknownOf, useSelection } from '../../src-renderer/state/selection.ts';
import { undoLast } from '../../src-renderer/state/undo.ts';

const FITS: DeviceIdentifier = { kind: 'iccid', id: '89148000099999999991' };
const DOES_NOT_FIT: DeviceIdentifier = { kind: 'iccid', id: '89148000099999999998' };

function line(of: Partial<IdentifiedLine>): IdentifiedLine {
  return { line: 1, text: 'text', verdict: 'malformed', note: 'why', identifier: null, candidates: [], ...of };
}

function identified(of: Partial<Identified> = {}): Identified {
  return {
    deviceIds: [],
    unknown: [],
    doubtful: 0,
    rows: 0,
    counts: {
      ...noVerdicts(),
      ...of.counts,
    },
    warnings: 0,
    lines: [],
    format: 'text',
    encoding: null,
    sheet: null,
    sheets: [],
    hiddenRows: 0,
    ...of,
  };
}

const counted = (counts: Partial<Identified['counts']>): Identified['counts'] => ({
  ...identified().counts,
  ...counts,
});

test('a row that names several devices is mended device by device', () => {
  const result = identified({
    deviceIds: [1],
    unknown: [FITS, DOES_NOT_FIT],
    counts: counted({ found: 1, unknown: 2 }),
    lines: [
      line({ line: 7, text: FITS.id, verdict: 'unknown', identifier: FITS }),
      line({ line: 7, text: DOES_NOT_FIT.id, verdict: 'unknown', identifier: DOES_NOT_FIT }),
    ],
  });
  const fixes = new Map<number, Fix>([[1, LEFT_OUT]]);
  expect(namedBy(result, fixes)).toEqual({ deviceIds: new Set([1]), unknown: [FITS] });
  expect(countsNow(result, fixes)).toMatchObject({ found: 1, unknown: 1, 'left out': 1 });
});

test('a mended line counts for what it is now, and once when another line names its device', () => {
  const result = identified({
    deviceIds: [1],
    counts: counted({ found: 1, malformed: 1 }),
    lines: [line({ line: 2 })],
  });
  const others = namedBy(result, new Map(), 0);
  const found = fixOf('x', identified({ deviceIds: [2], counts: counted({ found: 1 }) }), others);
  expect(found).toMatchObject({ verdict: 'found', deviceIds: [2] });
  expect(namedBy(result, new Map([[0, found]])).deviceIds).toEqual(new Set([1, 2]));
  expect(countsNow(result, new Map([[0, found]]))).toMatchObject({ found: 2, malformed: 0 });
  const again = fixOf('x', identified({ deviceIds: [1], counts: counted({ found: 1 }) }), others);
  expect(again.verdict).toBe('duplicate');
  const nothing = fixOf('x', identified({ counts: counted({}) }), others);
  expect(nothing).toMatchObject({ verdict: 'none', note: 'Nothing in it reads as an identifier.' });
});

test('a mended line that is still wrong, half of it, is not called found', () => {
  const answer = identified({
    deviceIds: [2],
    counts: counted({ found: 1, malformed: 1 }),
    lines: [line({ note: 'it is no identifier' })],
  });
  expect(fixOf('a,b', answer, { deviceIds: new Set(), unknown: [] }).verdict).toBe('malformed');
});

test('a line that is mended to an unknown identifier takes the place of its old one', () => {
  const result = identified({
    unknown: [DOES_NOT_FIT],
    counts: counted({ unknown: 1 }),
    lines: [line({ verdict: 'unknown', identifier: DOES_NOT_FIT })],
  });
  const answer = identified({
    unknown: [FITS],
    counts: counted({ unknown: 1 }),
    lines: [line({ verdict: 'unknown', note: 'unknown', identifier: FITS })],
  });
  const fix = fixOf(FITS.id, answer, namedBy(result, new Map(), 0));
  expect(fix.verdict).toBe('unknown');
  expect(namedBy(result, new Map([[0, fix]])).unknown).toEqual([FITS]);
});

test('a remark reads as a sentence', () => {
  expect(lineNow(line({ note: 'the check digit does not fit' }), undefined).note).toBe('The check digit does not fit.');
  expect(lineNow(line({}), chosen('a', 3))).toEqual({ text: 'a', verdict: 'found', note: '' });
});

test('check digits that do not fit are told apart', () => {
  expect(doubtfulOf([FITS, DOES_NOT_FIT, { kind: 'mdn', id: '5550000001' }])).toBe(1);
  expect(doubtWarning(12, 3)).toBe('3 of them have a check digit that does not fit: most likely typing mistakes.');
  expect(doubtWarning(12, 0)).toBeNull();
  expect(sendLabel(1200)).toBe('Send 1,200 unknown identifiers to the carrier');
  expect(unknownSummary(12, false)).toBe('12 not in the inventory: left out');
});

beforeEach(() => {
  useSelection.setState({ ids: new Set(), unknown: [], sendUnknown: false });
});

test('unknown identifiers are left out of the selection’s request until they are taken in', () => {
  const { add, setSendUnknown } = useSelection.getState();
  add([1, 2], [FITS]);
  expect(sizeOf(useSelection.getState())).toBe(2);
  expect(requestOf(useSelection.getState())).toEqual({ deviceIds: [1, 2], identifiers: [], leftOut: [FITS] });
  setSendUnknown(true);
  expect(sizeOf(useSelection.getState())).toBe(3);
  expect(requestOf(useSelection.getState())).toEqual({ deviceIds: [1, 2], identifiers: [FITS], leftOut: [] });
});

test('what is selected again counts once; undo brings back what was, and whether it was sent', () => {
  const { add } = useSelection.getState();
  add([1], [FITS], false);
  add([], [{ ...FITS }, DOES_NOT_FIT], true);
  expect(useSelection.getState()).toMatchObject({ unknown: [FITS, DOES_NOT_FIT], sendUnknown: true });
  undoLast();
  expect(useSelection.getState()).toMatchObject({ unknown: [FITS], sendUnknown: false });
  useSelection.getState().clear();
  expect(namedSize(useSelection.getState())).toBe(0);
});

test('a request that is begun again never sends what it left out', () => {
  expect(unknownOf({ identifiers: [FITS], leftOut: [DOES_NOT_FIT] })).toEqual({ unknown: [FITS], sendUnknown: true });
  expect(unknownOf({ identifiers: [], leftOut: [FITS] })).toEqual({ unknown: [FITS], sendUnknown: false });
});

test('an import says what has to be decided first', () => {
  const preview = {
    columns: [{ header: 'Price', samples: ['3', '1,25'], meaning: 'price' }],
    counts: { new: 1, changed: 1, same: 0, refused: 2, none: 0 },
    lines: [],
    format: 'text' as const,
    encoding: null,
    sheet: null,
    sheets: [],
    hiddenRows: 0,
    missing: null,
  };
  expect(priceWithComma(preview)).toBe('1,25');
  expect(whyNotYet({ ...preview, decimal: null }, true)).toMatch(/comma/);
  expect(whyNotYet(preview, false)).toMatch(/2 rows cannot be taken/);
  expect(whyNotYet(preview, true)).toBeNull();
  expect(whyNotYet({ ...preview, counts: { ...preview.counts, new: 0, changed: 0 } }, true)).toBe(
    'Nothing would change.',
  );
  expect(describeDone({ what: 'prices', prices: { prices: 2, leftOut: 1 } })).toBe(
    '2 plans have their price from this file. 1 row was left out.',
  );
});
