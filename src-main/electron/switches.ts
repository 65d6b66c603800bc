/** Switches of Chromium's that would open the window to others, or weaken what protects it; fuses do not cover them. */

/** A packaged console that was started with one of these ends. Source: Electron's own checklist, and electron/fuses#2. */
export const DANGEROUS_SWITCHES = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'no-sandbox',
  'disable-web-security',
  'disable-site-isolation-trials',
  'allow-running-insecure-content',
  'ignore-certificate-errors',
  'ignore-certificate-errors-spki-list',
  'host-rules',
  'host-resolver-rules',
  'load-extension',
  'inspect',
  'inspect-brk',
  'js-flags',
  'gpu-launcher',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'ssl-key-log-file',
  'log-net-log',
] as const;

/** @returns the first of them that the process was started with */
export function dangerousSwitch(hasSwitch: (name: string) => boolean): string | undefined {
  return DANGEROUS_SWITCHES.find((name) => hasSwitch(name));
}
