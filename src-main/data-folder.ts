/** Where the console keeps its data: the same folder for the desktop app and the command line. */
import { homedir } from 'node:os';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** A file that comes with the console, from the sources as from the built bundle. */
export function resourceFile(name: string): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'resources', name);
    if (existsSync(file) || dirname(folder) === folder) return file;
  }
}

const FOLDER = 'ThingSpace Rate Plan Console';

/** `RATEPLAN_HOME`, or the platform's place for application data. A variable that is empty counts as not set. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env['RATEPLAN_HOME']) return resolve(env['RATEPLAN_HOME']);
  if (platform === 'win32') return join(absolute(env['APPDATA']) ?? join(homedir(), 'AppData', 'Roaming'), FOLDER);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', FOLDER);
  return join(absolute(env['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share'), FOLDER);
}

/** A relative path would mean another folder from wherever a command is called. Source: XDG Base Directory Specification. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
