/** What the command line prints: one JSON object or readable lines on stdout; progress, notes and errors on stderr. */
import { SingleBar } from 'cli-progress';
import { ConsoleError, explain, fileProblem, storageProblem } from '../domain/errors.ts';
import type { BulkStatus } from '../domain/jobs.ts';
import { redact } from '../security/redaction.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';

export const EXIT = { processed: 0, error: 1, partial: 2, awaitsApproval: 3, nothingToDo: 4, usage: 64 } as const;

export const EXIT_OF: Readonly<Record<BulkStatus, number>> = {
  PROCESSED: EXIT.processed,
  PARTIAL: EXIT.partial,
  ERROR: EXIT.error,
  QUEUED: EXIT.partial,
  PROCESSING: EXIT.partial,
};

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Names come from the carrier: none of them may speak to the terminal. Line ends and tabs stay. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\u{FFFD}');
}

export function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** A remark for people that no script should read. */
export function note(line: string): void {
  process.stderr.write(`${printable(redact(line))}\n`);
}

/** @returns the exit code */
export function printError(thrown: unknown, json: boolean): number {
  const error = storageProblem(thrown) ?? fileProblem(thrown) ?? thrown;
  const message = redact(
    error instanceof CarrierError && error.nextStep !== undefined
      ? `${error.message} ${error.nextStep}`
      : explain(error),
  );
  const code = error instanceof ConsoleError || error instanceof CarrierError ? (error.code ?? 'carrier') : 'defect';
  if (json) printJson({ error: { code, message } });
  note(`error: ${message}`);
  if (code === 'defect' && error instanceof Error && error.stack !== undefined) note(error.stack);
  if (error instanceof ConsoleError && error.code === 'nothing-to-do') return EXIT.nothingToDo;
  return error instanceof ConsoleError && ['bad-input', 'choose-sheet', 'choose-column'].includes(error.code)
    ? EXIT.usage
    : EXIT.error;
}

export interface ProgressLine {
  /** @param text follows the two figures, so it says first what they count */
  update(done: number, total: number, text: string): void;
  end(): void;
}

const PLAIN_EVERY_MS = 2000;

/** A bar on a terminal, plain lines now and then otherwise. */
export function progressLine(label: string): ProgressLine {
  if (!process.stderr.isTTY) {
    let last = 0;
    return {
      update: (done, total, text) => {
        const now = Date.now();
        if (now - last < PLAIN_EVERY_MS) return;
        last = now;
        note(`${label}: ${String(done)} of ${String(total)} ${text}`);
      },
      end: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: `${label} {bar} {percentage}% {value}/{total}  {text}`,
    stream: process.stderr,
    hideCursor: true,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  let started = false;
  return {
    update: (done, total, text) => {
      if (!started) bar.start(total, done, { text });
      started = true;
      bar.setTotal(total);
      bar.update(done, { text });
    },
    end: () => {
      if (started) bar.stop();
    },
  };
}

/** Rows in columns; numbers to the right. */
export function printTable(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [headers, ...rows].map((row) => row.map(String));
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of cells.entries()) {
    const line = row.map((cell, column) =>
      index > 0 && typeof rows[index - 1]?.[column] === 'number'
        ? cell.padStart(widths[column] ?? 0)
        : cell.padEnd(widths[column] ?? 0),
    );
    print(line.join('  ').trimEnd());
  }
}
