/**
 * Sees whether a request left this machine. An error's code does not tell: the same one comes before a connection stands
 * and in the middle of an answer. What counts is whether a byte of the request went over a connection that stood.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What axios sends with; one for each request. */
export class DepartureWatch {
  #socket: Socket | undefined;
  #isOpen = false;
  #isSecure = false;
  #before = 0;

  readonly transport = {
    request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest => {
      this.#isSecure = options.protocol === 'https:';
      const request = (this.#isSecure ? httpsRequest : httpRequest)(options, onAnswer);
      // Comes before the first byte is handed to the socket.
      request.once('socket', (socket) => {
        this.#watch(socket, request.reusedSocket);
      });
      return request;
    },
  };

  /** True as soon as the carrier may have something of the request; when in doubt, true. */
  get hasLeft(): boolean {
    return this.#isOpen && this.#socket?.bytesWritten !== this.#before;
  }

  /** The answer did not come over TLS, so it is that of a proxy which made no connection. */
  get isProxyAnswer(): boolean {
    return this.#isSecure && this.#socket !== undefined && !(this.#socket instanceof TLSSocket);
  }

  #watch(socket: Socket, isReused: boolean): void {
    this.#socket = socket;
    // Counts what waits to be written as well, which is why a connection has to stand before it says anything.
    this.#before = socket.bytesWritten;
    const opened = (): void => {
      this.#isOpen = true;
    };
    if (!this.#isSecure) {
      if (socket.connecting) socket.once('connect', opened);
      else opened();
    } else if (socket instanceof TLSSocket) {
      // The peer's last word of the handshake. An earlier request may have brought this connection about, and gone.
      if (isReused || socket.getPeerFinished() !== undefined) opened();
      else socket.once('secureConnect', opened);
    }
  }
}
