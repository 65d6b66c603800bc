import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallInput, CallName } from '../../src-preload/contract/index.ts';
import { createOperator } from '../../src-main/access/operators.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import type { OperatorRights } from '../../src-main/store/operators.ts';
import type { Handlers } from '../../src-main/ipc/handler-context.ts';
import { columnsOfTable } from '../../src-main/domain/export-columns.ts';
import { FILE_FORMATS } from '../../src-main/domain/file-formats.ts';
import { identifyList } from '../../src-main/inventory/identify.ts';
import { writeFailureReport } from '../../src-main/reports/job-report.ts';
import { deskOf } from '../security/desk.ts';
import { everyDevice, runJob, setUp, sync, TARGET, type Bench } from './carrier.ts';

const DEVICES = 240;
const sort = { by: 'mdn', descending: true } as const;
const PASSWORD = 'a long enough password';

let bench: Bench;
let folder: string;
let handlers: Handlers;
let jobId: number;

beforeAll(async () => {
  bench = await setUp({ devices: DEVICES, suspendedShare: 0.05 });
  await sync(bench);
  jobId = (await runJob(bench, everyDevice(bench))).job.id;
});
afterAll(() => bench.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-exports-'));
  handlers = createHandlers(deskOf(bench.app, folder));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const ask = <N extends CallName>(name: N, input: CallInput<N>) =>
  dispatch(bench.app, handlers, name, input, () => undefined);

function csv(name: string): string[][] {
  return parse(readFileSync(join(folder, name)), { bom: true });
}

async function xlsx(name: string): Promise<unknown[][]> {
  const { sheets } = await readXlsx(readFileSync(join(folder, name)));
  return sheets[0]?.rows ?? [];
}

const devicesInput = (): CallInput<'export.devices'> => ({
  providerId: bench.provider.id,
  filter: {},
  sort,
  columns: ['mdn', 'iccid', 'planCode'],
  format: 'csv',
  ticket: 'ticket-devices',
});
const inOrder = () => {
  const { devices } = bench.app.store;
  return devices.page(bench.provider.id, {}, sort, 0, DEVICES);
};
const lastSaved = () =>
  bench.app.store.audit.page('report.saved', 0, 1).rows.map(({ subject, detail }) => `${subject} ${detail}`)[0];

describe('exporting devices', () => {
  it('has the columns that are shown, in their order, and the rows in theirs', async () => {
    const answer = await ask('export.devices', devicesInput());
    expect(answer).toEqual({ ok: true, value: { file: join(folder, 'devices.csv'), rows: DEVICES } });
    const [head, ...rows] = csv('devices.csv');
    expect(head).toEqual(['MDN', 'ICCID', 'Rate plan']);
    expect(rows.map(([mdn, iccid]) => [mdn, iccid])).toEqual(inOrder().map(({ mdn, iccid }) => [mdn, iccid]));
    expect(lastSaved()).toBe(
      `service provider ${String(bench.provider.id)} {"what":"devices: ${String(DEVICES)} rows as CSV"}`,
    );
  });

  it('takes the filter, or just the selection', async () => {
    const state = 'suspend';
    await ask('export.devices', { ...devicesInput(), filter: { states: [state] } });
    const wanted = inOrder().filter((device) => device.state === state);
    expect(wanted.length).toBeGreaterThan(0);
    expect(csv('devices.csv').slice(1)).toHaveLength(wanted.length);

    const chosen = inOrder().filter((_, index) => index % 3 === 0);
    const deviceIds = chosen.map(({ id }) => id).sort((a, b) => a - b);
    await ask('export.devices', { ...devicesInput(), deviceIds, format: 'xlsx' });
    expect((await xlsx('devices.xlsx')).slice(1).map((row) => row[0])).toEqual(chosen.map(({ mdn }) => mdn));
  });

  it('gives every column of every table', async () => {
    const all = { format: 'xlsx', ticket: 'ticket-all' } as const;
    const providerId = bench.provider.id;
    expect(
      await ask('export.devices', { ...devicesInput(), ...all, columns: columnsOfTable('devices') }),
    ).toMatchObject({ ok: true });
    const changes = { jobId, states: [], search: '', columns: columnsOfTable('changes'), ...all };
    expect(await ask('export.changes', changes)).toMatchObject({ ok: true, value: { rows: DEVICES } });
    const jobs = { jobIds: [jobId], columns: columnsOfTable('jobs'), ...all };
    expect(await ask('export.jobs', jobs)).toMatchObject({ ok: true, value: { rows: 1 } });
    const plans = { providerId, columns: columnsOfTable('plans'), ...all };
    expect(await ask('export.plans', plans)).toMatchObject({ ok: true });
    const audit = { search: '', columns: columnsOfTable('audit'), ...all };
    expect(await ask('export.audit', audit)).toMatchObject({ ok: true });
    const files = [
      'devices.xlsx',
      `job-${String(jobId)}-devices.xlsx`,
      'jobs.xlsx',
      'rate-plans.xlsx',
      'audit-log.xlsx',
    ];
    expect(readdirSync(folder).sort()).toEqual(files.sort());
    const catalog = await xlsx('rate-plans.xlsx');
    expect(catalog.slice(1).map((row) => row[1])).toEqual(
      bench.app.store.plans.list(providerId).map(({ code }) => code),
    );
    const log = (await xlsx('audit-log.xlsx')).slice(1).map((row) => Number(row[0]));
    expect(log).toEqual([...log].sort((a, b) => b - a));
    expect(log.at(-1)).toBe(1);
  });

  it('leaves no file when it is cancelled, and the older one as it was', async () => {
    await ask('export.devices', devicesInput());
    const before = readFileSync(join(folder, 'devices.csv'), 'utf8');
    const context = deskOf(bench.app, folder);
    let asked = 0;
    handlers = createHandlers({
      ...context,
      askWhereToSave: async (name) => {
        asked++;
        const answer = await ask('export.cancel', { ticket: 'ticket-devices' });
        expect(answer).toEqual({ ok: true, value: undefined });
        return context.askWhereToSave(name);
      },
    });
    const answer = await ask('export.devices', { ...devicesInput(), columns: ['imei'] });
    expect(answer).toEqual({ ok: true, value: { file: null, rows: 0 } });
    expect(asked).toBe(1);
    expect(readdirSync(folder)).toEqual(['devices.csv']);
    expect(readFileSync(join(folder, 'devices.csv'), 'utf8')).toBe(before);
  });

  it('refuses columns that there are not', async () => {
    const columns = ['iccid', 'password'] as unknown as CallInput<'export.devices'>['columns'];
    expect(await ask('export.devices', { ...devicesInput(), columns })).toMatchObject({ error: { code: 'bad-input' } });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the failure report', () => {
  it('holds those that failed, none that was skipped, and selects just them when it is given back', async () => {
    const { store } = bench.app;
    const job = store.jobs.get(jobId);
    const failed = store.changes.inState(jobId, ['rejected', 'failed', 'unconfirmed']);
    expect(failed.length).toBeGreaterThan(0);
    const skipped = store.changes.counts(jobId).skipped;
    expect(skipped).toBeGreaterThan(0);
    for (const format of FILE_FORMATS) {
      const answer = await ask('jobs.saveFailures', { jobId, format });
      expect(answer).toMatchObject({ ok: true, value: { rows: failed.length } });
      const path = join(folder, `job-${String(jobId)}-failures.${format === 'xlsx' ? 'xlsx' : 'csv'}`);
      const list = await identifyList(store.devices, job.providerId, { path });
      const ids = failed.map(({ deviceId }) => deviceId ?? 0);
      expect([...list.deviceIds].sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b));
      expect(list.counts).toMatchObject({ found: failed.length, unknown: 0, none: 0 });
      rmSync(path);
    }
  });

  it('says what happened, in columns of their own', async () => {
    await ask('jobs.saveFailures', { jobId });
    const [head = [], ...rows] = csv(`job-${String(jobId)}-failures.csv`);
    expect(head).toEqual(
      'ICCID,IMEI,MDN,Other identifier,Customer,Group,From (name),From (code),To (name),To (code),Stage,Reason,Carrier code,What to do,Attempts,HTTP status,Carrier request,Submitted,Accepted,Finished,Submitted (UTC),Accepted (UTC),Finished (UTC)'.split(
        ',',
      ),
    );
    const row = Object.fromEntries(head.map((name, index) => [name, rows[0]?.[index] ?? '']));
    expect(row).toMatchObject({ 'To (code)': TARGET, Stage: 'rejected' });
    expect(row['HTTP status']).toBe('400');
    expect(row['From (name)']).not.toBe(row['From (code)']);
    expect(row['Finished']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
    const utc = Date.parse(row['Finished (UTC)'] ?? '');
    expect(Date.parse(row['Finished'] ?? '')).toBe(Math.floor(utc / 1000) * 1000);
  });

  it('has what was cancelled only when it is asked for', async () => {
    const other = await setUp({ devices: 30 });
    await sync(other);
    other.app.startEngine();
    const job = other.app.bulkChanges.create(everyDevice(other), 'tester');
    other.app.engine.cancel(job.id, 'tester');
    await other.app.engine.whenEnded(job.id);
    const cancelled = other.app.store.changes.counts(job.id).cancelled;
    expect(cancelled).toBeGreaterThan(0);
    const file = join(folder, 'x.csv');
    const report = (withCancelled: boolean) =>
      writeFailureReport(other.app.store, job, file, { format: 'csv', withCancelled });
    expect(await report(false)).toBe(0);
    expect(await report(true)).toBe(cancelled);
    await other.close();
  });
});

describe('whoever has no right', () => {
  it('to the account gets no file of it, and it is written down', async () => {
    const other = await setUp({ devices: 3 });
    const { app } = other;
    await sync(other);
    const another = app.accounts.create({ ...other.provider, name: 'Another', accountName: '0000999999-00001' });
    const theirs: OperatorRights = { role: 'operator', providers: [another.id], disabled: false };
    app.startEngine();
    const job = (await runJob(other, everyDevice(other))).job.id;
    await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, PASSWORD);
    await createOperator(app, 'Otto', theirs, PASSWORD);
    await app.access.signIn('Otto', PASSWORD);
    await app.access.changeOwnPassword(PASSWORD, 'a quite different word 7');
    const desk = createHandlers(deskOf(app, folder));
    const refused = async <N extends CallName>(name: N, input: CallInput<N>): Promise<void> => {
      const answer = await dispatch(app, desk, name, input, () => undefined);
      expect([name, answer]).toMatchObject([name, { ok: false, error: { code: 'denied' } }]);
    };
    const choice = { format: 'csv', ticket: 'ticket-other' } as const;
    await refused('export.devices', { ...devicesInput(), providerId: other.provider.id });
    await refused('export.plans', { providerId: other.provider.id, columns: ['code'], ...choice });
    await refused('export.jobs', { jobIds: [job], columns: ['id'], ...choice });
    await refused('export.changes', { jobId: job, states: [], search: '', columns: ['iccid'], ...choice });
    await refused('export.audit', { search: '', columns: ['seq'], ...choice });
    await refused('devices.byIds', { providerId: other.provider.id, deviceIds: [1] });
    expect(readdirSync(folder)).toEqual([]);
    expect(app.store.audit.page('access.denied', 0, 10).total).toBeGreaterThanOrEqual(5);
    await other.close();
  });
});

const hasOffice = spawnSync('soffice', ['--version']).status === 0;

describe('LibreOffice', () => {
  it.skipIf(!hasOffice).each(FILE_FORMATS)(
    'opens %s and gives every identifier back byte for byte (skipped where soffice is missing)',
    async (format) => {
      const columns = ['iccid', 'imei', 'mdn'] as const;
      const answer = await ask('export.devices', { ...devicesInput(), columns: [...columns], format });
      expect(answer).toMatchObject({ ok: true });
      const file = join(folder, format === 'xlsx' ? 'devices.xlsx' : 'devices.csv');
      const out = join(folder, 'out');
      // Plain CSV is text when a person says so: column format 2.
      const filter =
        format === 'csv'
          ? ['--infilter=CSV:44,34,76,1,1/2/2/2/3/2']
          : ['--infilter=CSV:44,34,76,1,,0,false,false,false'];
      const { status, stderr } = spawnSync(
        'soffice',
        [
          `-env:UserInstallation=file://${join(folder, 'profile')}`,
          '--headless',
          ...(format === 'xlsx' ? [] : filter),
          '--convert-to',
          'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false',
          '--outdir',
          out,
          file,
        ],
        { encoding: 'utf8', timeout: 110_000 },
      );
      expect([status, stderr]).toMatchObject([0, expect.any(String)]);
      expect(existsSync(join(out, 'devices.csv'))).toBe(true);
      const rows: string[][] = parse(readFileSync(join(out, 'devices.csv')), { bom: true });
      expect(rows.slice(1)).toEqual(inOrder().map(({ iccid, imei, mdn }) => [iccid, imei, mdn]));
    },
  );
});
