/** The window's pages come from `app://console/`, out of the built renderer's folder and from nowhere else. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

export const APP_ORIGIN = 'app://console';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Where index.html wants its style nonce; see {@link contentSecurityPolicy}. */
const NONCE_PLACEHOLDER = '__STYLE_NONCE__';

/** Must be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function serveApp(folder: string): void {
  protocol.handle('app', async (request) => {
    const file = fileFor(folder, request.url);
    if (file === undefined) return new Response('not found', { status: 404 });
    try {
      const content = await readFile(file);
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      if (extname(file) !== '.html')
        return new Response(new Uint8Array(content), {
          headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
        });
      const nonce = randomBytes(16).toString('base64');
      return new Response(content.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce), {
        headers: {
          'content-type': type,
          'x-content-type-options': 'nosniff',
          'content-security-policy': contentSecurityPolicy(nonce),
        },
      });
    } catch {
      return new Response('not found', { status: 404 });
    }
  });
}

export function isOwnPage(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
}

/** The file for an address, undefined for anything outside of the folder. */
export function fileFor(folder: string, address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.host !== 'console') return undefined;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  const root = normalize(folder);
  const file = normalize(join(root, path === '/' || path === '' ? 'index.html' : path));
  return file.startsWith(root.endsWith(sep) ? root : root + sep) && !path.includes('\0') ? file : undefined;
}

/** Nothing but the app's own files; styles that components make at run time bear the page's nonce. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "worker-src 'none'",
  ].join('; ');
}
