/** `npm start`: Electron where its binary is or can be fetched, else the stand-in host, else the headless demo. */
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findBrowser } from './find-browser.ts';

const root = join(import.meta.dirname, '../..');
const electronFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
const FETCH_LIMIT_MS = 10 * 60_000;

/** The path of Electron's binary, if it is on this machine. */
export function electronBinary(): string | undefined {
  const pathFile = join(electronFolder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(electronFolder, 'dist'),
    readFileSync(pathFile, 'utf8'),
  );
  return existsSync(binary) ? binary : undefined;
}

/** Electron's package brings no binary; its own install script fetches it once. */
function fetchElectron(): string | undefined {
  if (process.env['CI'] || process.env['ELECTRON_SKIP_BINARY_DOWNLOAD']) return undefined;
  console.log('Electron’s binary is not here yet; fetching it once …');
  spawnSync(process.execPath, [join(electronFolder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: FETCH_LIMIT_MS,
  });
  return electronBinary();
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 0);
  });
}

async function start(): Promise<void> {
  if (!hasDisplay()) {
    console.log(
      'host: none — there is no display on this machine, so the headless demo runs instead (see README, "What npm start opens").',
    );
    run(process.execPath, ['src-main/cli.ts', 'demo', '--devices', '10000']);
    return;
  }
  const electron = electronBinary() ?? fetchElectron();
  if (electron !== undefined) {
    console.log('host: Electron');
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
    run(electron, [...(asRoot ? ['--no-sandbox'] : []), '.']);
    return;
  }
  const browser = await findBrowser();
  if (browser?.canShow === true) {
    console.log(`host: stand-in — Electron’s binary cannot be fetched, so the built console runs in ${browser.name}.`);
    run(process.execPath, ['--import', './test/host/register.ts', 'out/main/index.js']);
    return;
  }
  console.log(
    'host: none — neither Electron nor a Chromium, Chrome or Edge is on this machine, so the headless demo runs instead.',
  );
  run(process.execPath, ['src-main/cli.ts', 'demo', '--devices', '10000']);
}

if (process.argv[1] === import.meta.filename) await start();
