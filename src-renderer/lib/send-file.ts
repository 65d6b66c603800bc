import type { ImportWhat } from '../../src-preload/contract';
import { api } from './api';

/** How much of a file goes over in one message. */
const PIECE_BYTES = 1024 * 1024;

/** What a file dialog offers; whatever else is dropped, the main process says what it is. */
export const LIST_FILES =
  '.csv,.txt,.tsv,.xlsx,text/csv,text/plain,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/**
 * Hands a file over in pieces, so that any size fits. What it is, is asked with `import.look` afterwards; nothing is written
 * by it.
 * @param ended nobody waits for the file any more
 * @param onProgress told how much of the file was handed over, 0 to 1
 * @returns the import, to be looked at, applied or abandoned
 */
export async function sendFile(
  providerId: number,
  what: ImportWhat,
  file: File,
  ended: AbortSignal,
  onProgress: (share: number) => void = () => undefined,
): Promise<number> {
  const { importId } = await begin(providerId, what);
  try {
    for (let from = 0; from < file.size; from += PIECE_BYTES) {
      ended.throwIfAborted();
      const piece = await file.slice(from, from + PIECE_BYTES).arrayBuffer();
      await api('import.piece', { importId, bytes: base64(new Uint8Array(piece)) });
      onProgress(Math.min(1, (from + PIECE_BYTES) / file.size));
    }
  } catch (error) {
    // The file could not be read to its end: half of it must not count as all of it.
    await api('import.abandon', { importId }).catch(() => undefined);
    throw error;
  }
  return importId;
}

function begin(providerId: number, what: ImportWhat): Promise<{ importId: number }> {
  switch (what) {
    case 'identifiers':
      return api('import.identifiers', { providerId });
    case 'devices':
      return api('import.devices', { providerId });
    case 'prices':
      return api('import.prices', { providerId });
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 0x8000)
    text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(text);
}
