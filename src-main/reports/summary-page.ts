/** The final report as one HTML page without any outside part, to read, print or send. */
import { CHANGE_TYPE_NAMES } from '../domain/change-order.ts';
import type { JobSummary } from './job-summary.ts';

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; color: #1a2230; max-width: 820px; margin: 40px auto; padding: 0 24px; }
  h1 { font-size: 22px; margin: 0 0 4px; } .sub { color: #5b6675; margin: 0 0 24px; }
  .status { display: inline-block; padding: 2px 10px; border-radius: 4px; font-weight: 600; background: #e8edf5; }
  .PROCESSED { background: #d8f0e0; color: #0f5c2e; } .ERROR { background: #fbdcdc; color: #8a1c1c; } .PARTIAL { background: #fdecc8; color: #7a4b00; }
  table { border-collapse: collapse; width: 100%; margin: 8px 0 24px; } th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid #dde3ec; }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } h2 { font-size: 15px; margin: 24px 0 4px; }
  footer { color: #5b6675; font-size: 12px; border-top: 1px solid #dde3ec; padding-top: 12px; }`;

export function renderSummary(summary: JobSummary): string {
  const { job, counts } = summary;
  const facts: [string, string][] = [
    ['Service provider', `${summary.provider} (account ${summary.accountName})`],
    [
      CHANGE_TYPE_NAMES[job.type],
      job.type === 'carrier-rate-plan' ? `${summary.targetName} (${job.target})` : summary.targetName,
    ],
    ['Asked for by', job.author],
    ...summary.approvals.map(({ decision, by, at, note }): [string, string] => [
      decision === 'approved' ? 'Approved by' : 'Rejected by',
      `${by}, ${at}${note === '' ? '' : `: ${note}`}`,
    ]),
    ['Effective date', job.effectiveAt ?? 'at once'],
    ['Started', job.startedAt ?? 'not yet'],
    ['Finished', job.finishedAt ?? 'not yet'],
    [
      'Requests to the carrier',
      `${number(summary.requests.change)} changes, ${number(summary.requests.readBack)} read-backs`,
    ],
    ...(job.stopReason === null ? [] : ([['Stopped because', job.stopReason]] as [string, string][])),
    ...(summary.localSyncFailures === 0
      ? []
      : ([['Local records not updated', `${number(summary.localSyncFailures)} (a device sync mends them)`]] as [
          string,
          string,
        ][])),
  ];
  const figures: [string, number][] = [
    ['Processed: confirmed by the carrier’s own record', counts.processed],
    ['Error', counts.error],
    ['Unconfirmed: accepted, but not seen in the carrier’s record', counts.unconfirmed],
    ['Skipped', counts.skipped],
    ['Cancelled', counts.cancelled],
    ...(counts.open === 0 ? [] : ([['Still open', counts.open]] as [string, number][])),
    ['Total', counts.total],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Job ${String(job.id)} — ${escape(summary.targetName)}</title><style>${STYLE}</style></head>
<body>
<h1>Bulk change, job ${String(job.id)}</h1>
<p class="sub">${escape(job.title)} <span class="status ${summary.status}">${summary.status}</span></p>
<table>${facts.map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`).join('')}</table>
<h2>Devices</h2>
<table>${figures.map(([name, value]) => `<tr><td>${escape(name)}</td><td class="n">${number(value)}</td></tr>`).join('')}</table>
${reasons(summary)}
<footer>Job ${escape(job.uuid)}. Every device is in all-devices.csv, those that did not change in failures.csv, both beside this page.</footer>
</body></html>
`;
}

function reasons(summary: JobSummary): string {
  if (summary.reasons.length === 0) return '';
  const lines = summary.reasons.map(
    ({ code, reason, count }) =>
      `<tr><td>${escape(reason)}</td><td>${escape(code ?? '')}</td><td class="n">${number(count)}</td></tr>`,
  );
  return `<h2>Why devices did not change</h2><table><tr><th>Reason</th><th>Carrier code</th><th class="n">Devices</th></tr>${lines.join('')}</table>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
