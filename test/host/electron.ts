/**
 * A stand-in for the module `electron` where its binary cannot be had: the built main bundle runs under Node, the built
 * renderer and preload in an installed browser. It is honest about what it is: no native menu, taskbar, notifications,
 * fuses or process sandbox of Electron's. Requests to anything but the app's own pages are refused.
 */
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { chromium, type BrowserContext, type Frame, type Page } from 'playwright';
import { findBrowser } from './find-browser.ts';

/** `app://console/` is served under this name; it resolves to this machine only and no request leaves the browser. */
const STAND_IN_ORIGIN = 'http://console.localhost';
const HEADLESS = process.env['RATEPLAN_HOST_HEADLESS'] === '1';
const DEBUG = process.env['RATEPLAN_HOST_DEBUG'] === '1';

type ProtocolHandler = (request: Request) => Promise<Response>;
type InvokeHandler = (
  event: { senderFrame: { url: string }; sender: { mainFrame: { url: string } } },
  input: unknown,
) => Promise<unknown>;

const protocolHandlers = new Map<string, ProtocolHandler>();
const invokeHandlers = new Map<string, InvokeHandler>();
const paths = new Map<string, string>();

class App extends EventEmitter {
  isPackaged = false;

  enableSandbox(): void {
    // The browser has its own; see the README for what the stand-in is not.
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }
  whenReady(): Promise<void> {
    // Electron's own browser is up before the app's code runs; here it comes up while the console is put together.
    launching = launch();
    // Whoever opens the window is told.
    launching.catch(() => undefined);
    return Promise.resolve();
  }
  setPath(name: string, path: string): void {
    paths.set(name, path);
  }
  getPath(name: string): string {
    const path =
      paths.get(name) ??
      (name === 'downloads' ? (process.env['RATEPLAN_HOST_DOWNLOADS'] ?? join(homedir(), 'Downloads')) : tmpdir());
    mkdirSync(path, { recursive: true });
    return path;
  }
  getVersion(): string {
    const file = join(import.meta.dirname, '../../package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  quit(): void {
    process.exit(0);
  }
  exit(code = 0): void {
    if (launching === undefined) process.exit(code);
    void launching.then((context) => context.close()).finally(() => process.exit(code));
  }
}
export const app = new App();

export const protocol = {
  registerSchemesAsPrivileged: (): void => undefined,
  handle: (scheme: string, handler: ProtocolHandler): void => {
    protocolHandlers.set(scheme, handler);
  },
};

export const ipcMain = {
  handle: (channel: string, handler: InvokeHandler): void => {
    invokeHandlers.set(channel, handler);
  },
};

/** As large as the console's window is at its first start. */
const FIRST_SIZE = { width: 1440, height: 900 };

let launching: Promise<BrowserContext> | undefined;

async function launch(): Promise<BrowserContext> {
  const browser = await findBrowser();
  if (browser === undefined) throw new Error('no Chromium, Chrome or Edge was found');
  const { width, height } = FIRST_SIZE;
  return chromium.launchPersistentContext(browserProfile(), {
    executablePath: browser.executablePath,
    headless: HEADLESS,
    viewport: HEADLESS ? FIRST_SIZE : null,
    // A window of its own instead of a tab: Playwright would open an empty page beside it.
    ignoreDefaultArgs: HEADLESS ? [] : ['about:blank'],
    args: [
      ...browser.args,
      ...(HEADLESS
        ? []
        : [
            '--app=data:text/html,<title>Rate Plan Console</title>',
            `--window-size=${String(width)},${String(height)}`,
          ]),
      ...(DEBUG ? ['--remote-debugging-port=0'] : []),
    ],
  });
}

function browserProfile(): string {
  return join(app.getPath('userData'), 'browser');
}

class WebContents extends EventEmitter {
  page: Page | undefined;

  setWindowOpenHandler(): void {
    // The browser's own pop-up blocker stands in for it.
  }
  send(channel: string, payload: unknown): void {
    this.page
      ?.evaluate(
        ([name, value]) => {
          (globalThis as unknown as { standInDispatch(channel: string, payload: unknown): void }).standInDispatch(
            name as string,
            value,
          );
        },
        [channel, payload],
      )
      // A page that is closing hears nothing more.
      .catch(() => undefined);
  }
}

interface WindowOptions {
  width?: number;
  height?: number;
  webPreferences?: { preload?: string };
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #options: WindowOptions;
  #destroyed = false;

  constructor(options: WindowOptions) {
    super();
    this.#options = options;
  }

  async loadURL(address: string): Promise<void> {
    try {
      await this.#open(address);
    } catch (error) {
      console.error(`The window cannot be opened: ${(error as Error).message}`);
      process.exit(1);
    }
  }

  async #open(address: string): Promise<void> {
    const context = await (launching ??= launch());
    const page = context.pages()[0] ?? (await context.newPage());
    this.webContents.page = page;
    // The place of the last time; a browser's window is placed by its user.
    const { width, height } = this.#options;
    if (HEADLESS && width !== undefined && height !== undefined) await page.setViewportSize({ width, height });
    await context.route('**/*', async (route) => {
      const url = route.request().url();
      const handler = protocolHandlers.get('app');
      if (!url.startsWith(`${STAND_IN_ORIGIN}/`) || handler === undefined) {
        await route.abort('blockedbyclient');
        return;
      }
      const response = await handler(new Request(url.replace(STAND_IN_ORIGIN, 'app://console')));
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    await page.exposeBinding('standInInvoke', (source, channel: string, input: unknown) => {
      const handler = invokeHandlers.get(channel);
      if (handler === undefined) throw new Error(`no handler for ${channel}`);
      const shown = (frame: Frame): { url: string } => ({ url: frame.url().replace(STAND_IN_ORIGIN, 'app://console') });
      const mainFrame = shown(page.mainFrame());
      const senderFrame = source.frame === page.mainFrame() ? mainFrame : shown(source.frame);
      return handler({ senderFrame, sender: { mainFrame } }, input);
    });
    await page.addInitScript(preloadInPage(readFileSync(this.#options.webPreferences?.preload ?? '', 'utf8')));
    context.on('close', () => {
      this.#destroyed = true;
      const closing = { prevented: false, preventDefault: () => (closing.prevented = true) };
      this.emit('close', closing);
      if (!closing.prevented) process.exit(0);
    });
    await page.goto(address.replace('app://console', STAND_IN_ORIGIN));
    if (DEBUG) console.log(`host: devtools ${devtoolsAddress(browserProfile())}`);
    this.emit('ready-to-show');
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }
  isFocused(): boolean {
    return true;
  }
  isMaximized(): boolean {
    return false;
  }
  isMinimized(): boolean {
    return false;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: this.#options.width ?? 1280, height: this.#options.height ?? 800 };
  }
  maximize(): void {
    // A browser window is placed by its user.
  }
  show(): void {
    // It is shown when it is launched.
  }
  focus(): void {
    void this.webContents.page?.bringToFront();
  }
  restore(): void {
    this.focus();
  }
  setProgressBar(): void {
    // There is no taskbar entry of the app's own.
  }
}

/** The preload bundle runs in a function scope, with the part of Electron that a sandboxed preload script gets. */
function preloadInPage(code: string): string {
  return `(() => {
    if (location.origin !== ${JSON.stringify(STAND_IN_ORIGIN)}) return;
    const listeners = new Map();
    window.standInDispatch = (channel, payload) => { for (const listener of listeners.get(channel) ?? []) listener({}, payload); };
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
      ipcRenderer: {
        invoke: (channel, input) => window.standInInvoke(channel, input),
        on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); },
        off: (channel, listener) => { listeners.set(channel, (listeners.get(channel) ?? []).filter((one) => one !== listener)); },
      },
    };
    const require = (name) => { if (name === 'electron') return electron; throw new Error('a sandboxed preload script cannot require ' + name); };
    const module = { exports: {} };
    ((require, module, exports) => { ${code}\n })(require, module, module.exports);
  })();`;
}

function devtoolsAddress(profile: string): string {
  const [port, path] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').trim().split('\n');
  return `ws://127.0.0.1:${port ?? ''}${path ?? ''}`;
}

/** There is no native menu; the window's own shortcuts and navigation reach everything. */
export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (): void => undefined,
};

export const dialog = {
  /** Saves beside the downloads and never over an existing file: there is no native dialog to ask with. */
  showSaveDialog: (_window: unknown, options: { defaultPath: string }): Promise<{ filePath: string }> => {
    const { dir, name, ext } = parse(options.defaultPath);
    mkdirSync(dir, { recursive: true });
    let filePath = options.defaultPath;
    for (let n = 2; existsSync(filePath); n++) filePath = join(dir, `${name} (${String(n)})${ext}`);
    console.log(`host: saved to ${filePath}`);
    return Promise.resolve({ filePath });
  },
  /** The browser window is gone when this is asked: the answer is the last button, which quits. */
  showMessageBox: (
    _window: unknown,
    options: { buttons: string[]; message: string; detail: string },
  ): Promise<{ response: number }> => {
    console.log(`host: ${options.message} ${options.detail}`);
    return Promise.resolve({ response: options.buttons.length - 1 });
  },
  showErrorBox: (title: string, content: string): void => {
    console.error(`${title}: ${content}`);
  },
};

export class Notification extends EventEmitter {
  static isSupported(): boolean {
    return false;
  }
  show(): void {
    // Not supported here, and isSupported says so.
  }
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (): void => undefined,
    setPermissionCheckHandler: (): void => undefined,
    /** The browser's own downloads are not asked about here. */
    on: (): void => undefined,
  },
};

export const shell = {
  openPath: (path: string): Promise<string> => {
    console.log(`host: see ${dirname(path)}`);
    return Promise.resolve('');
  },
};

/** A browser cannot keep the computer awake. */
export const powerSaveBlocker = { start: (): number => 0, stop: (): void => undefined };

/** A browser does not say whether the computer is locked; the console's own idle lock works all the same. */
export const powerMonitor = new EventEmitter();

export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };

process.on('SIGTERM', () => {
  app.exit(0);
});
