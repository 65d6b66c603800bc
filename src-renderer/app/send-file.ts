import type { ImportResult } from '../../src-preload/contract';
import { api } from './api';

/** How much of a file goes over in one message. */
const PIECE_CHARACTERS = 1024 * 1024;

/**
 * Hands a file to an importer piece by piece, so that any size fits.
 * @param onProgress told how much of the file was handed over, 0 to 1
 * @throws CallFailed with the lines that cannot be used; then nothing was imported
 */
export async function sendFile(
  providerId: number,
  what: ImportResult['what'],
  file: File,
  onProgress: (share: number) => void = () => undefined,
): Promise<ImportResult> {
  const { importId } = await api(`import.${what}`, { providerId });
  let sent = 0;
  const reader = file.stream().getReader();
  const decoder = new TextDecoder();
  let waiting = '';
  const flush = async (): Promise<void> => {
    for (; waiting !== ''; waiting = waiting.slice(PIECE_CHARACTERS))
      await api('import.piece', { importId, text: waiting.slice(0, PIECE_CHARACTERS) });
  };
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      sent += chunk.value.byteLength;
      waiting += decoder.decode(chunk.value, { stream: true });
      if (waiting.length >= PIECE_CHARACTERS) {
        await flush();
        onProgress(sent / file.size);
      }
    }
    waiting += decoder.decode();
    await flush();
  } catch (error) {
    // The file could not be read to its end: half of it must not count as all of it.
    await api('import.abandon', { importId });
    throw error;
  }
  onProgress(1);
  return api('import.finish', { importId });
}
