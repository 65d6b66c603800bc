/** What the window's pages may ask of the system: nothing but to copy a text. Nothing is downloaded. */
import { session } from 'electron';

export function limitPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write');
  });
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission) => permission === 'clipboard-sanitized-write',
  );
  // Files are written by the main process, where a person has chosen them; a page brings none.
  session.defaultSession.on('will-download', (event) => {
    event.preventDefault();
  });
}
