import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Simulator } from '../../src-main/simulator/server.ts';
import { makeCertificate, noOpenssl } from '../integration/certificate.ts';
import { QUIET } from '../integration/carrier.ts';
import { rateplan } from './command-line.ts';

/** A name that only the proxy below knows; it is never looked up. */
const HOST = 'carrier.test';

let folder: string;
let simulator: Simulator;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rateplan-network-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The simulator behind TLS, with a certificate that nobody trusts by default. */
async function tlsFront(simulatorUrl: string): Promise<number> {
  const { key, cert } = makeCertificate(folder, `DNS:${HOST}`, 'DNS:localhost');
  return listen(
    createHttpsServer({ key, cert, minVersion: 'TLSv1.2' }, (request, response) => {
      const onward = httpRequest(
        simulatorUrl + (request.url ?? ''),
        { method: request.method, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    }),
  );
}

/** A proxy as companies have it: CONNECT only, and it alone knows where the carrier is. */
async function proxy(tlsPort: number): Promise<{ port: number; tunnels: () => number }> {
  let tunnels = 0;
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket) => {
    if (request.url !== `${HOST}:443`) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    tunnels++;
    const onward = connect(tlsPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { port: await listen(server), tunnels: () => tunnels };
}

describe.skipIf(noOpenssl)(`TLS and proxies${noOpenssl ? ' (skipped: no openssl to make a certificate)' : ''}`, () => {
  it('goes through the proxy of the environment, and trusts a CA that NODE_EXTRA_CA_CERTS names', async () => {
    simulator = new Simulator({ ...QUIET, devices: 700 });
    const tlsPort = await tlsFront(await simulator.start());
    const { port, tunnels } = await proxy(tlsPort);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${String(port)}`, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    const { code, stdout, stderr } = await rateplan(join(folder, 'home'), `https://${HOST}`, ['sync', '--json'], env)
      .done;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ devices: 700 });
    expect(tunnels()).toBeGreaterThan(0);
  });

  it('refuses a certificate that it does not trust, and sends no credentials to it', async () => {
    simulator = new Simulator({ ...QUIET, devices: 10 });
    const tlsPort = await tlsFront(await simulator.start());
    const { code, stdout } = await rateplan(join(folder, 'home'), `https://localhost:${String(tlsPort)}`, [
      'sync',
      '--json',
    ]).done;
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { error: { message: string } }).error.message).toMatch(
      /is not trusted \(.*NODE_EXTRA_CA_CERTS/,
    );
    expect(simulator.stats().requests).toBe(0);
  });
});

describe('a carrier that cannot be reached', () => {
  it('is named, with what to do, and nothing is lost', async () => {
    simulator = new Simulator({ ...QUIET, devices: 10 });
    const url = await simulator.start();
    await simulator.stop();
    simulator = new Simulator({ ...QUIET, devices: 1 });
    await simulator.start();
    const { code, stdout } = await rateplan(join(folder, 'home'), url, ['sync', '--json']).done;
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { error: { message: string } }).error.message).toMatch(
      /cannot be reached \(ECONNREFUSED\).*Check the network, the proxy and the address/,
    );
  });
});
