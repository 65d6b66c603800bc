/** The address of a job in this console. It names the job and nothing else: what a link can do is to show it. */
export const LINK_SCHEME = 'rateplan-console';

export function linkToJob(jobId: number): string {
  return `${LINK_SCHEME}://job/${String(jobId)}`;
}

/** @returns the job's number; undefined for anything that is not such a link */
export function jobOfLink(text: string): number | undefined {
  const digits = /^rateplan-console:\/\/job\/(\d{1,9})\/?$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
