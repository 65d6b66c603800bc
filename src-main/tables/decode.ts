/**
 * Bytes of a text file as text. People's files come in UTF-8 with and without a mark, in UTF-16 of both orders, and in the
 * Windows code page that Excel's plain "CSV" is written in; few programs say which.
 */
import { ConsoleError } from '../domain/errors.ts';

/** What a file turned out to be written in; `mixed` for UTF-8 with lines that are Windows-1252. */
export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252' | 'UTF-8 and Windows-1252';

/** What of a file tells what it is written in. */
export const HEAD_BYTES = 4096;
const NEWLINE = 10;
/** Where a chunk without a line end is cut: nothing may pile up for a line of a gigabyte. */
const LINE_BYTES = 256 * 1024;

/** Decodes chunks as they arrive; {@link encoding} is known for sure at the end. */
export class TextDecoding {
  #isUtf8 = false;
  #isWindows = false;
  #utf16: 'UTF-16LE' | 'UTF-16BE' | undefined;

  get encoding(): Encoding {
    if (this.#utf16 !== undefined) return this.#utf16;
    if (!this.#isWindows) return 'UTF-8';
    return this.#isUtf8 ? 'UTF-8 and Windows-1252' : 'Windows-1252';
  }

  /**
   * @param nothing says what has not happened when the file cannot be used
   * @throws ConsoleError `bad-input` for a file that is no text
   */
  async *decode(
    source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
    nothing: string,
  ): AsyncGenerator<string> {
    let waiting = Buffer.alloc(0);
    let isStarted = false;
    let wide: InstanceType<typeof TextDecoder> | undefined;
    const start = (): void => {
      isStarted = true;
      refuseBinary(waiting, nothing);
      this.#utf16 = utf16Of(waiting);
      if (this.#utf16 !== undefined) wide = new TextDecoder(this.#utf16);
      else if (waiting[0] === 0xef && waiting[1] === 0xbb && waiting[2] === 0xbf) waiting = waiting.subarray(3);
    };
    for await (const chunk of source) {
      if (typeof chunk === 'string') {
        yield isStarted ? chunk : chunk.replace(/^\ufeff/, '');
        isStarted = true;
        continue;
      }
      waiting = waiting.length === 0 ? Buffer.from(chunk) : Buffer.concat([waiting, chunk]);
      if (!isStarted) {
        if (waiting.length < HEAD_BYTES) continue;
        start();
      }
      if (wide !== undefined) {
        yield wide.decode(waiting, { stream: true });
        waiting = Buffer.alloc(0);
        continue;
      }
      const end = cutOf(waiting);
      if (end === 0) continue;
      yield this.#narrow(waiting.subarray(0, end), nothing);
      waiting = waiting.subarray(end);
    }
    if (!isStarted) start();
    if (wide !== undefined) yield wide.decode(waiting);
    else if (waiting.length > 0) yield this.#narrow(waiting, nothing);
  }

  /** Whole lines (fewer characters than bytes are not all ASCII): as UTF-8 where they are, else each line by itself, because files are put together from others. */
  #narrow(bytes: Buffer, nothing: string): string {
    if (bytes.includes(0)) throw noText(nothing);
    const whole = asUtf8(bytes);
    if (whole !== undefined) {
      if (whole.length < bytes.length) this.#isUtf8 = true;
      return whole;
    }
    let text = '';
    for (let from = 0; from < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, from);
      const end = found < 0 ? bytes.length : found + 1;
      const line = bytes.subarray(from, end);
      const utf8 = asUtf8(line);
      if (utf8 === undefined) this.#isWindows = true;
      else if (utf8.length < line.length) this.#isUtf8 = true;
      text += utf8 ?? new TextDecoder('windows-1252').decode(line);
      from = end;
    }
    return text;
  }
}

/** @throws ConsoleError `bad-input` for the beginning of a file that is no text, before the rest of it is read */
export function refuseBinary(head: Buffer, nothing: string): void {
  if (utf16Of(head) === undefined && head.subarray(0, HEAD_BYTES).includes(0)) throw noText(nothing);
}

function asUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** After the last line end; in a line that does not end, before the last character of one byte. */
function cutOf(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (end > 0 || bytes.length < LINE_BYTES) return end;
  for (let at = bytes.length - 1; at > 0; at--) if ((bytes[at] ?? 0) < 0x80) return at;
  return bytes.length;
}

/** By its mark, or without one by where the zeros stand: text of this trade has one in nearly every pair of bytes. */
function utf16Of(bytes: Buffer): 'UTF-16LE' | 'UTF-16BE' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE';
  const head = bytes.subarray(0, HEAD_BYTES - 1);
  const zeros = [0, 0];
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = head.length / 4;
  if (odd >= most && even < odd / 10) return 'UTF-16LE';
  if (even >= most && odd < even / 10) return 'UTF-16BE';
  return undefined;
}

function noText(nothing: string): ConsoleError {
  return new ConsoleError(
    'bad-input',
    'The file is no text: it holds bytes that no list has.',
    `${nothing} Save the list as CSV or XLSX and take that file.`,
  );
}
