/** Links to a place in the console, such as `rateplan-console://job/7`: to be pasted into a ticket or a message. */
import { app } from 'electron';
import { jobOfLink, LINK_SCHEME } from '../domain/job-link.ts';

/** @param open told which job a link leads to that was opened while the console runs */
export function followLinks(open: (jobId: number) => void): void {
  // In development the registered program would be Electron itself, without the app.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  // macOS tells the running app; elsewhere the system starts the program anew, and it hands its arguments over.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    const jobId = jobOfLink(url);
    if (jobId !== undefined) open(jobId);
  });
  app.on('second-instance', (_event, argv) => {
    const link = linkAmong(argv);
    if (link !== null) open(link.jobId);
  });
}

export function linkAmong(argv: readonly string[]): { jobId: number } | null {
  for (const argument of argv) {
    const jobId = jobOfLink(argument);
    if (jobId !== undefined) return { jobId };
  }
  return null;
}
