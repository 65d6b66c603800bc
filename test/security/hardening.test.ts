/**
 * Electron's security checklist, item by item, on what the console hands to Electron: the shell's own code runs, and a
 * recorder in Electron's place writes down what it was told.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Told {
  window: { webPreferences: Record<string, unknown> } | undefined;
  url: string;
  openHandler: (() => { action: string }) | undefined;
  events: Map<string, (event: { preventDefault: () => void; url?: string | undefined }, url?: string) => void>;
  protocol: ((request: Request) => Promise<Response>) | undefined;
  privileges: Record<string, unknown>;
  askPermission: ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void) | undefined;
  checkPermission: ((contents: unknown, permission: string) => boolean) | undefined;
  handlers: Map<string, (event: unknown, input: unknown) => Promise<{ ok: boolean }>>;
}

const told = vi.hoisted((): Told => ({
  window: undefined,
  url: '',
  openHandler: undefined,
  events: new Map(),
  protocol: undefined,
  privileges: {},
  askPermission: undefined,
  checkPermission: undefined,
  handlers: new Map(),
}));

vi.mock('electron', () => {
  class BrowserWindow {
    readonly webContents = {
      setWindowOpenHandler: (handler: Told['openHandler']) => {
        told.openHandler = handler;
      },
      on: (name: string, listener: (event: { preventDefault: () => void }) => void) => told.events.set(name, listener),
    };
    constructor(options: Told['window']) {
      told.window = options;
    }
    loadURL(url: string): Promise<void> {
      told.url = url;
      return Promise.resolve();
    }
    on(): void {
      // The window's own life is not asked for here.
    }
    once(): void {
      // Nor its first showing.
    }
  }
  return {
    app: { isPackaged: true },
    BrowserWindow,
    screen: { getAllDisplays: () => [] },
    protocol: {
      registerSchemesAsPrivileged: ([scheme]: { privileges: Record<string, unknown> }[]) => {
        told.privileges = scheme?.privileges ?? {};
      },
      handle: (_scheme: string, handler: Told['protocol']) => {
        told.protocol = handler;
      },
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: Told['askPermission']) => {
          told.askPermission = handler;
        },
        setPermissionCheckHandler: (handler: Told['checkPermission']) => {
          told.checkPermission = handler;
        },
        on: (name: string, listener: (event: { preventDefault: () => void }) => void) =>
          told.events.set(name, listener),
      },
    },
    ipcMain: {
      handle: (name: string, handler: (event: unknown, input: unknown) => Promise<{ ok: boolean }>) =>
        told.handlers.set(name, handler),
    },
  };
});

let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-shell-'));
  const { openStore } = await import('../../src-main/store/index.ts');
  const { openWindow } = await import('../../src-main/electron/window.ts');
  const { registerAppScheme, serveApp } = await import('../../src-main/electron/protocol.ts');
  const { limitPermissions } = await import('../../src-main/electron/permissions.ts');
  const { serveCalls } = await import('../../src-main/electron/ipc-server.ts');
  const store = openStore(home);
  openWindow(store.settings, '/preload.cjs', '/icon.png');
  registerAppScheme();
  serveApp(join(root, 'src-renderer'));
  limitPermissions();
  serveCalls(
    {} as unknown as Parameters<typeof serveCalls>[0],
    {} as Parameters<typeof serveCalls>[1],
    () => undefined,
  );
  store.close();
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function sentFrom(frame: { url: string }): object {
  return { senderFrame: frame, sender: { mainFrame: frame } };
}

function prevented(name: string, url?: string): boolean {
  let stopped = false;
  told.events.get(name)?.(
    {
      preventDefault: () => {
        stopped = true;
      },
      url,
    },
    url,
  );
  return stopped;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|html)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));
}

describe("Electron's security checklist", () => {
  it('1, 18: only the app’s own files are loaded, by a protocol of its own', () => {
    expect(told.url).toBe('app://console/index.html');
    expect(told.privileges).toEqual({ standard: true, secure: true, supportFetchAPI: true });
  });

  it('2 to 6, 8 to 10: the window has no Node, is isolated and sandboxed, and no protection is switched off', () => {
    expect(told.window?.webPreferences).toEqual({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: false,
    });
  });

  it('5: every permission but copying a text is denied', () => {
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'hid',
      'usb',
    ]) {
      let granted = true;
      told.askPermission?.({}, permission, (answer) => {
        granted = answer;
      });
      expect([permission, granted, told.checkPermission?.({}, permission)]).toEqual([permission, false, false]);
    }
  });

  it('7: the content security policy lets nothing in from outside, nor inline', async () => {
    const page = await told.protocol?.(new Request('app://console/index.html'));
    const policy = page?.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
    expect(await page?.text()).toContain(nonce);
    const again = await told.protocol?.(new Request('app://console/index.html'));
    expect(again?.headers.get('content-security-policy')).not.toBe(policy);
  });

  it('11, 12: no webview', () => {
    expect(prevented('will-attach-webview')).toBe(true);
  });

  it('13, 14: the window goes nowhere else, and opens no other', () => {
    expect(told.openHandler?.()).toEqual({ action: 'deny' });
    for (const url of [
      'https://evil.example',
      'file:///etc/passwd',
      'app://other/',
      'javascript:1',
      'app://console.evil/',
    ])
      for (const way of ['will-navigate', 'will-redirect', 'will-frame-navigate'])
        expect([way, url, prevented(way, url)]).toEqual([way, url, true]);
    expect(prevented('will-navigate', 'app://console/index.html')).toBe(false);
    expect(prevented('will-download')).toBe(true);
  });

  it('15: nothing is handed to the system’s browser', () => {
    expect(sources('src-main').filter((text) => text.includes('openExternal'))).toEqual([]);
  });

  it('16: Electron is a current one, exactly named', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(Number(devDependencies['electron']?.split('.')[0])).toBeGreaterThanOrEqual(45);
  });

  it('17: only the console’s own page is answered', async () => {
    expect(told.handlers.size).toBeGreaterThan(40);
    for (const [name, handler] of told.handlers) {
      for (const url of ['https://evil.example/', 'app://other/index.html', 'file:///x', ''])
        expect([name, url, (await handler(sentFrom({ url }), undefined)).ok]).toEqual([name, url, false]);
      expect([name, (await handler({ senderFrame: null, sender: { mainFrame: null } }, undefined)).ok]).toEqual([
        name,
        false,
      ]);
      // A frame in the page is not the page, whatever it shows.
      const frame = { senderFrame: { url: 'app://console/index.html' }, sender: { mainFrame: {} } };
      expect([name, (await handler(frame, undefined)).ok]).toEqual([name, false]);
    }
  });

  it('18: no path leads out of the folder of the pages', async () => {
    for (const path of [
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '/..\\package.json',
      '/styles/../../package.json',
      '/%00index.html',
      '//etc/passwd',
      '/%E0%A4%A',
    ]) {
      const answer = await told.protocol?.(new Request(`app://console${path}`));
      expect([path, answer?.status]).toEqual([path, 404]);
    }
    expect((await told.protocol?.(new Request('app://evil/index.html')))?.status).toBe(404);
  });

  it('19: the fuses of a packaged console are set, each of them', async () => {
    // As in Electron's binary: a mark, the version, how many there are, and a character for each.
    const before = '0'.repeat(Object.values(FuseV1Options).filter((one) => typeof one === 'number').length);
    const binary = join(home, 'electron');
    const mark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
    writeFileSync(
      binary,
      Buffer.concat([Buffer.from(`code${mark}`), Buffer.from([1, before.length]), Buffer.from(`${before}code`)]),
    );
    const { status, stderr } = spawnSync(process.execPath, ['resources/fuses.ts', binary], { cwd: root });
    expect(status, stderr.toString()).toBe(0);
    const wire = await getCurrentFuseWire(binary);
    const set = Object.entries(FuseV1Options).flatMap(([name, fuse]) =>
      typeof fuse === 'number' ? [[name, wire[fuse] === FuseState.ENABLE]] : [],
    );
    expect(Object.fromEntries(set)).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    });
  });

  it('20: the page gets two functions of the contract, and nothing of Electron', () => {
    const preload = sources('src-preload').join('\n');
    expect(preload.match(/exposeInMainWorld\(/g)).toHaveLength(1);
    expect(preload).toContain('Object.hasOwn(CALLS, name)');
    expect(sources('src-renderer').filter((text) => /from 'electron'|require\(/.test(text))).toEqual([]);
  });

  it('no page builds HTML from text', () => {
    expect(
      sources('src-renderer').filter((text) => /dangerouslySetInnerHTML|innerHTML|document\.write/.test(text)),
    ).toEqual([]);
  });
});
