const MAC = navigator.userAgent.includes('Mac OS');

/** `mod+shift+Z` as it is printed on this computer's keys. */
export function keyNames(keys: string): string[] {
  const names: Record<string, string> = MAC
    ? { mod: '⌘', shift: '⇧', Enter: '↩' }
    : { mod: 'Ctrl', shift: 'Shift', Enter: 'Enter' };
  return keys.split('+').map((key) => names[key] ?? key);
}
