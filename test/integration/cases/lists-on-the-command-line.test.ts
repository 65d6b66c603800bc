/** A list on the command line: what it names is told line by line, and what the inventory does not have is left out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeXlsx } from 'hucre/xlsx';
import { z } from 'zod';
import { openStore } from '../../../src-main/store/index.ts';
import { dev, devs, LARGE } from './hooked-carrier.ts';
import { inWorld, listFile, type World } from './world.ts';

const UNKNOWN = '89148000009999999990';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-cli-lists-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const dryRun = z.object({
  review: z.object({ total: z.number(), willChange: z.number(), unknown: z.number(), leftOut: z.number() }),
  list: z.object({
    rows: z.number(),
    found: z.number(),
    unknown: z.number(),
    duplicate: z.number(),
    refused: z.number(),
    encoding: z.string().nullable(),
    format: z.string(),
    lines: z.array(z.object({ line: z.number(), text: z.string(), verdict: z.string(), why: z.string().nullable() })),
  }),
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const change = (path: string, ...more: string[]): string[] => ['change', '--plan', LARGE, '--ids', path, ...more];
const applied = (world: World): number => world.carrier.devices.reduce((sum, device) => sum + device.changes, 0);

describe('a dry run of a list', () => {
  it('tells what became of each line', async () => {
    await inWorld({ devices: devs(4) }, async (world) => {
      const path = file('lines.csv', `Name,ICCID\nA,${dev(1).iccid}\nB,${dev(1).iccid}\nC,${UNKNOWN}\nD,\nE,12\n`);
      const { code, stdout, stderr } = await world.command(change(path, '--dry-run', '--json'));
      const { review, list } = dryRun.parse(JSON.parse(stdout));
      expect(review).toEqual({ total: 2, willChange: 1, unknown: 1, leftOut: 1 });
      expect(list).toMatchObject({
        rows: 5,
        found: 1,
        unknown: 1,
        duplicate: 1,
        refused: 1,
        encoding: 'UTF-8',
        format: 'text',
      });
      expect(list.lines.map(({ line, verdict }) => [line, verdict])).toEqual([
        [2, 'found'],
        [3, 'duplicate'],
        [4, 'unknown'],
        [5, 'none'],
        [6, 'refused'],
      ]);
      expect([code, stderr]).toEqual([64, expect.stringMatching(/line 6: "12" is not an ICCID/)]);
    });
  });

  it.each(['thingspace-manage-upload.csv', 'blank-iccid-has-imei.csv'])(
    'finds all four devices of %s',
    async (name) => {
      await inWorld({ devices: devs(12) }, async (world) => {
        const { code, stdout } = await world.command(change(listFile(name), '--dry-run', '--json'));
        expect(dryRun.parse(JSON.parse(stdout)).review).toMatchObject({ total: 4, willChange: 4, unknown: 0 });
        expect(code).toBe(0);
      });
    },
  );

  it('takes a workbook, and asks for the sheet when several have identifiers', async () => {
    await inWorld({ devices: devs(4) }, async (world) => {
      const sheets = ['North', 'South'].map((name, n) => ({ name, rows: [['ICCID'], [dev(n + 1).iccid]] }));
      const path = file('two.xlsx', await writeXlsx({ sheets }));
      const asked = await world.command(change(path, '--dry-run', '--json'));
      expect([asked.code, asked.stderr]).toEqual([64, expect.stringMatching(/"North", "South"/)]);
      const { stdout } = await world.command(change(path, '--dry-run', '--json', '--sheet', 'South'));
      expect(dryRun.parse(JSON.parse(stdout))).toMatchObject({
        review: { total: 1 },
        list: { format: 'xlsx', found: 1 },
      });
    });
  });
});

describe('identifiers that the inventory does not have', () => {
  const list = (): string => file('unknown.csv', `ICCID\n${dev(1).iccid}\n${dev(2).iccid}\n${UNKNOWN}\n`);

  it('are left out: nothing is sent for them, the report says so, and the exit code is 2', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { code } = await world.command([...change(list(), '--yes', '--json'), ...SHORT_WAITS]);
      expect(code).toBe(2);
      expect(applied(world)).toBe(2);
      const store = openStore(world.commandHome);
      const [job] = store.jobs.list();
      const changes = [...store.changes.iterate(job?.id ?? 0)];
      store.close();
      expect(changes.find(({ identifier }) => identifier.id === UNKNOWN)).toMatchObject({
        state: 'skipped',
        reason: expect.stringMatching(/not in the inventory/) as string,
      });
    });
  });

  it('refuse the whole list when asked to', async () => {
    await inWorld({ devices: devs(2) }, async (world) => {
      const { code, stderr } = await world.command(change(list(), '--yes', '--unknown', 'refuse'));
      expect([code, stderr]).toEqual([64, expect.stringMatching(/line 4 "89148000009999999990"/)]);
      expect(applied(world)).toBe(0);
    });
  });

  it('are read at the carrier first when asked to', async () => {
    await inWorld({ devices: devs(3), sync: false }, async (world) => {
      const path = file('all.csv', `ICCID\n${dev(1).iccid}\n${dev(3).iccid}\n`);
      const { code } = await world.command([
        ...change(path, '--yes', '--no-sync', '--unknown', 'send'),
        ...SHORT_WAITS,
      ]);
      expect(code).toBe(0);
      expect(applied(world)).toBe(2);
    });
  });
});

const SHORT_WAITS = ['--settle', '0.2', '--confirm-within', '3'];
