/** What counts as "never left this machine", with real sockets: by what happened, not by the error's code. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { createHttp, type Http, type HttpAnswer } from '../../src-main/thingspace/http.ts';
import { makeCertificate, noOpenssl } from '../integration/certificate.ts';

const CHANGE = { method: 'PUT', path: '/devices/actions/plan', headers: {}, body: '{"devices":[]}' } as const;
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

const servers: Server[] = [];
const sockets = new Set<Socket>();
const https: Http[] = [];
afterEach(() => {
  for (const http of https.splice(0)) http.close();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function client(url: string, timeoutMs = 2000, certificates = ''): Http {
  const http = createHttp(url, timeoutMs, certificates);
  https.push(http);
  return http;
}

async function outcome(
  sent: Promise<HttpAnswer>,
): Promise<{ kind: string; mayBeDone: boolean; code?: string | undefined }> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error;
    return { kind: error.kind, mayBeDone: error.mayBeDone, code: error.code };
  }
  return { kind: 'answered', mayBeDone: true };
}

/** Reads whole requests off the socket. */
function onRequest(socket: Socket, then: (count: number) => void): void {
  let text = '';
  let count = 0;
  socket.on('data', (data: Buffer) => {
    text += data.toString();
    if (!text.endsWith(CHANGE.body)) return;
    text = '';
    then(++count);
  });
}

describe('a request that broke off', () => {
  it('was not sent when the connection was refused', async () => {
    expect(await outcome(client('http://127.0.0.1:1').send(CHANGE))).toMatchObject({
      kind: 'not-sent',
      mayBeDone: false,
    });
  });

  it('may be done when the server closes after it has read everything', async () => {
    const port = await listen(
      createServer((socket) => {
        onRequest(socket, () => socket.destroy());
      }),
    );
    expect(await outcome(client(`http://127.0.0.1:${String(port)}`).send(CHANGE))).toMatchObject({
      kind: 'ambiguous',
      mayBeDone: true,
    });
  });

  it('may be done when no answer comes in time', async () => {
    const port = await listen(
      createServer((socket) => {
        onRequest(socket, () => undefined);
      }),
    );
    expect(await outcome(client(`http://127.0.0.1:${String(port)}`, 200).send(CHANGE))).toMatchObject({
      kind: 'ambiguous',
      code: 'TIMEOUT',
    });
  });

  it.each([
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'read'],
    ['ENETDOWN', 'write'],
    ['EPROTO', 'read'],
    ['ECONNREFUSED', 'connect'],
  ])('may be done when the open connection breaks with %s (%s)', async (code, syscall) => {
    let ours: Socket | undefined;
    const seen = (message: unknown): void => {
      ours = (message as { socket: Socket }).socket;
    };
    subscribe('net.client.socket', seen);
    const port = await listen(
      createServer((socket) => {
        onRequest(socket, () => ours?.destroy(Object.assign(new Error(`${syscall} ${code}`), { code, syscall })));
      }),
    );
    try {
      expect(await outcome(client(`http://127.0.0.1:${String(port)}`).send(CHANGE))).toEqual({
        kind: 'ambiguous',
        mayBeDone: true,
        code,
      });
    } finally {
      unsubscribe('net.client.socket', seen);
    }
  });

  it('may be done when a connection that was kept is closed at the same moment', async () => {
    let connections = 0;
    const port = await listen(
      createServer((socket) => {
        connections++;
        onRequest(socket, (count) => (count === 1 ? socket.write(ANSWER) : socket.destroy()));
      }),
    );
    const http = client(`http://127.0.0.1:${String(port)}`);
    expect((await http.send(CHANGE)).status).toBe(200);
    expect(await outcome(http.send(CHANGE))).toMatchObject({ kind: 'ambiguous', mayBeDone: true });
    expect(connections).toBe(1);
  });

  it('was not sent when the other side does not speak TLS', async () => {
    const port = await listen(
      createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 no\r\n\r\n'))),
    );
    expect(await outcome(client(`https://127.0.0.1:${String(port)}`).send(CHANGE))).toMatchObject({
      kind: 'not-sent',
      mayBeDone: false,
    });
  });

  it('was not sent when the handshake is cut off, or never ends', async () => {
    const cut = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
    const mute = await listen(createServer(() => undefined));
    expect(await outcome(client(`https://127.0.0.1:${String(cut)}`).send(CHANGE))).toMatchObject({ kind: 'not-sent' });
    expect(await outcome(client(`https://127.0.0.1:${String(mute)}`, 200).send(CHANGE))).toMatchObject({
      kind: 'not-sent',
    });
  });
});

describe.skipIf(noOpenssl)(`over TLS${noOpenssl ? ' (skipped: no openssl to make a certificate)' : ''}`, () => {
  it('a request may be done once the handshake was over, also on a connection that was kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rateplan-not-sent-'));
    const { key, cert } = makeCertificate(folder, 'DNS:localhost', 'IP:127.0.0.1');
    rmSync(folder, { recursive: true });
    let requests = 0;
    const port = await listen(
      createHttpsServer({ key, cert }, (request, response) => {
        request.resume().on('end', () => {
          if (++requests === 1) response.end('{}');
          else request.socket.destroy();
        });
      }),
    );
    const http = client(`https://127.0.0.1:${String(port)}`, 2000, cert);
    expect((await http.send(CHANGE)).status).toBe(200);
    expect(await outcome(http.send(CHANGE))).toMatchObject({ kind: 'ambiguous', mayBeDone: true });
    expect(await outcome(http.send(CHANGE))).toMatchObject({ kind: 'ambiguous', mayBeDone: true });
    expect(requests).toBe(3);
  });
});

describe('a proxy that makes no connection', () => {
  it.each([407, 403, 502])('answers %i, and the request has not left', async (status) => {
    const proxy = createHttpServer();
    proxy.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${String(status)} no\r\ncontent-length: 0\r\n\r\n`));
    const port = await listen(proxy);
    const before = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${String(port)}`;
    try {
      expect(await client('https://carrier.test').send(CHANGE)).toMatchObject({ status, neverLeft: true });
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = before;
    }
  });
});
