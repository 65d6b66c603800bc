/**
 * `npm test`: lint, format, types, build, unit and integration tests, and the e2e specs on the built bundles. Goes through
 * all of it, and ends with one line that counts everything: `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'rateplan-tests-'));
const total: Tally = { passed: 0, failed: 0, skipped: 0 };

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  return status === 0;
}

function add(tally: Tally): void {
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
}

/** A check that has no tests of its own counts as one. */
function check(command: string, args: string[]): boolean {
  const ok = run(command, args);
  add({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
  return ok;
}

function vitest(): void {
  const file = join(reports, 'vitest.json');
  const ok = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  const report = readReport(file) as
    | {
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numTodoTests: number;
        testResults: { name: string; startTime: number; endTime: number }[];
      }
    | undefined;
  const tally = {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
  printSlowest(
    (report?.testResults ?? []).map(({ name, startTime, endTime }) => [relative(root, name), endTime - startTime]),
  );
  // A file that cannot even be loaded fails without a failed test.
  add(ok ? tally : { ...tally, failed: Math.max(1, tally.failed) });
}

const SLOWEST = 10;

/** @param files each with its milliseconds */
function printSlowest(files: readonly [name: string, ms: number][]): void {
  const slowest = [...files].sort(([, a], [, b]) => b - a).slice(0, SLOWEST);
  for (const [name, ms] of slowest) console.log(`${(ms / 1000).toFixed(0).padStart(5)} s  ${name}`);
}

function playwright(): void {
  const file = join(reports, 'playwright.json');
  const ok = run('playwright', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  const report = readReport(file) as
    { stats: { expected: number; unexpected: number; flaky: number; skipped: number } } | undefined;
  const tally = {
    passed: report?.stats.expected ?? 0,
    failed: (report?.stats.unexpected ?? 0) + (report?.stats.flaky ?? 0),
    skipped: report?.stats.skipped ?? 0,
  };
  add(ok ? tally : { ...tally, failed: Math.max(1, tally.failed) });
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Known holes in what is shipped, as far as the registry tells: many a mirror does not, and that is no fault of ours. */
function audit(): void {
  console.log('\n> npm audit --omit=dev');
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
  });
  let found: Partial<Record<'high' | 'critical', number>> | undefined;
  try {
    found = (JSON.parse(stdout) as { metadata?: { vulnerabilities?: typeof found } }).metadata?.vulnerabilities;
  } catch {
    // No answer at all.
  }
  if (found === undefined) {
    console.log('skipped: the registry does not answer');
    add({ passed: 0, failed: 0, skipped: 1 });
    return;
  }
  const bad = (found.high ?? 0) + (found.critical ?? 0);
  console.log(bad === 0 ? 'no known hole of high or critical severity' : stdout);
  add({ passed: bad === 0 ? 1 : 0, failed: bad === 0 ? 0 : 1, skipped: 0 });
}

audit();
check('eslint', ['.', '--max-warnings=0']);
check('prettier', ['--check', '--log-level', 'warn', '.']);
check('tsc', ['-p', '.']);
check('tsc', ['-p', 'src-renderer']);
const built = check('electron-vite', ['build']);
vitest();
if (built) playwright();
rmSync(reports, { recursive: true, force: true });

console.log(`\n${String(total.passed)} passed, ${String(total.failed)} failed, ${String(total.skipped)} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
