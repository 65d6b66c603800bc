/** Which Chromium-like browser this machine has, without downloading anything. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Browser {
  name: string;
  executablePath: string;
  args: string[];
  /** Whether it can show a window; the one in the npm package cannot. */
  canShow: boolean;
}

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
  'brave-browser',
];

/** As root, which CI often is, Chromium's own sandbox cannot be used. */
const ROOT_ARGS = process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : [];

const QUIET_ARGS = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
];

function wellKnownPaths(): string[] {
  if (process.platform === 'darwin') {
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
  }
  if (process.platform === 'win32') {
    const roots = [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']].filter(
      (root) => root !== undefined,
    );
    return roots.flatMap((root) => [
      join(root, 'Google/Chrome/Application/chrome.exe'),
      join(root, 'Microsoft/Edge/Application/msedge.exe'),
    ]);
  }
  return (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An installed browser, else the one inside `@sparticuz/chromium` (Linux x64); undefined when there is none. */
export async function findBrowser(): Promise<Browser | undefined> {
  const installed = wellKnownPaths().find(isExecutable);
  if (installed !== undefined)
    return { name: installed, executablePath: installed, args: [...ROOT_ARGS, ...QUIET_ARGS], canShow: true };
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    const { default: packaged } = await import('@sparticuz/chromium');
    return {
      name: '@sparticuz/chromium',
      executablePath: await packaged.executablePath(),
      args: [...packaged.args, ...QUIET_ARGS],
      canShow: false,
    };
  } catch {
    return undefined;
  }
}
