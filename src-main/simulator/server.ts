/**
 * ThingSpace on this machine's loopback: a real HTTP server for the demo, field training and tests. The client that talks
 * to it is the one used in production and knows nothing of it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerText, refusal, type SimulatedAnswer } from './answers.ts';
import { SimulatedCarrier } from './carrier.ts';
import { answerControl } from './control.ts';
import type { SimulatorOptions } from './options.ts';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

export class Simulator extends SimulatedCarrier {
  readonly #server: Server;

  constructor(options: Partial<SimulatorOptions> = {}) {
    super(options);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        send(response, refusal('REQUEST_FAILED.UnexpectedError', String(error), 500));
      });
    });
    this.#server.keepAliveTimeout = 30_000;
  }

  /** Starts listening on 127.0.0.1. @returns the base URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port, '127.0.0.1', resolve);
    });
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname);
    const text = await readBody(request);
    if (path.startsWith('/simulator/')) {
      this.settle();
      answerControl(this, path, text, response);
      return;
    }
    const token = request.headers['vz-m2m-token'];
    const answer = this.answer({
      method: request.method ?? 'GET',
      path,
      query: url.search,
      authorization: request.headers.authorization,
      sessionToken: Array.isArray(token) ? token[0] : token,
      text,
    });
    const { delayMs } = answer;
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (answer.breaks === true) request.socket.resetAndDestroy();
    else send(response, answer);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: SimulatedAnswer): void {
  const { status, type = 'application/json', headers = {} } = answer;
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(answerText(answer));
}
