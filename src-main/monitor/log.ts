/** The console's own log file, for support: what happened inside, never a secret. */
import { join } from 'node:path';
import log from 'electron-log/node.js';
import { redact } from '../security/redaction.ts';

export interface Logger {
  info(message: string): void;
  error(message: string): void;
}

const MAX_BYTES = 5 * 1024 * 1024;

/** One file in the data folder; the one before it is kept as `main.old.log`. */
export function openLog(home: string): Logger {
  const logger = log.create({ logId: 'console' });
  logger.transports.file.resolvePathFn = () => join(home, 'logs', 'main.log');
  logger.transports.file.maxSize = MAX_BYTES;
  logger.transports.console.level = false;
  return {
    info: (message) => {
      logger.info(redact(message));
    },
    error: (message) => {
      logger.error(redact(message));
    },
  };
}
