import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type HttpAnswer } from '../../src-main/thingspace/http.ts';
import { checkCertificates } from '../../src-main/thingspace/tls-trust.ts';
import { makeCertificate, noOpenssl } from '../integration/certificate.ts';

const CREDENTIALS = { Authorization: 'Bearer token-of-the-test', 'VZ-M2M-Token': 'session-of-the-test' };

let folder: string;
let made: { key: string; cert: string };
const servers: Server[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-transport-'));
  if (!noOpenssl) made = makeCertificate(folder, 'DNS:localhost', 'IP:127.0.0.1');
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function secure(answer: RequestListener, options: ServerOptions = {}): Promise<string> {
  const { key, cert } = made;
  const server = createServer({ key, cert, ciphers: 'DEFAULT@SECLEVEL=0', ...options }, answer);
  server.on('tlsClientError', () => undefined);
  return `https://localhost:${String(await listen(server))}`;
}

async function get(baseUrl: string, ownCertificates: string): Promise<HttpAnswer> {
  const http = createHttp(baseUrl, 5000, ownCertificates);
  try {
    return await http.send({ method: 'GET', path: '/x', headers: CREDENTIALS });
  } finally {
    http.close();
  }
}

const ok: RequestListener = (_request, response) => response.end('fine');

describe.skipIf(noOpenssl)(`a connection${noOpenssl ? ' (skipped: no openssl to make a certificate)' : ''}`, () => {
  it('12: is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    let asked = 0;
    const url = await secure((request, response) => {
      asked++;
      ok(request, response);
    });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(get(url, '')).rejects.toMatchObject({ kind: 'configuration' });
      expect(asked).toBe(0);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('trusts an authority that the account names, and nobody else’s word', async () => {
    const url = await secure(ok);
    await expect(get(url, '')).rejects.toMatchObject({ kind: 'configuration', message: /is not trusted/ });
    expect(await get(url, made.cert)).toMatchObject({ status: 200, text: 'fine' });
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('is not made by %s, and says so', async (version) => {
    let asked = 0;
    const url = await secure(() => asked++, { minVersion: version, maxVersion: version });
    await expect(get(url, made.cert)).rejects.toMatchObject({ kind: 'configuration', message: /TLS 1\.2/ });
    expect(asked).toBe(0);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is made by %s', async (version) => {
    const url = await secure(ok, { minVersion: version, maxVersion: version });
    expect(await get(url, made.cert)).toMatchObject({ status: 200 });
  });

  it('follows no redirect, so no other host gets the credentials', async () => {
    const stolen: unknown[] = [];
    const thief = createHttpServer((request, response) => {
      stolen.push(request.headers);
      response.end();
    });
    const port = await listen(thief);
    const url = await secure((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${String(port)}/` }).end(),
    );
    expect(await get(url, made.cert)).toMatchObject({ status: 307 });
    expect(stolen).toEqual([]);
  });

  it('takes no answer without end', async () => {
    let sent = 0;
    const url = await secure((_request, response) => {
      const megabyte = Buffer.alloc(1_048_576, 'x');
      const more = (): void => {
        while (!response.destroyed && sent < 300) {
          sent++;
          if (!response.write(megabyte)) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    await expect(get(url, made.cert)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(sent).toBeLessThan(150);
  });

  it('takes certificates of its own only whole, and never a key', () => {
    expect(() => {
      checkCertificates('');
      checkCertificates(`${made.cert}\n${made.cert}`);
    }).not.toThrow();
    for (const bad of ['not PEM', made.cert.replace('MII', 'XXX'), made.cert + made.key, made.cert.slice(0, 200)])
      expect(() => {
        checkCertificates(bad);
      }).toThrow(expect.objectContaining({ code: 'bad-input' }) as Error);
  });
});
