import { InvalidArgumentError, type Command } from 'commander';
import type { KnownHead } from '../audit/walk.ts';
import { checkOutputFile } from '../store/output-place.ts';
import { EXIT, print, printJson } from './output.ts';
import { addCommonOptions, isoDate, withConsole, type CommonOptions } from './session.ts';

/** `rateplan audit verify|export`. */
export function addAuditCommand(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  addCommonOptions(audit.command('verify'))
    .description('check that no entry was edited, removed, swapped, forged or cut off; names the first bad one')
    .option('--head <seq:hash>', 'a head that was noted elsewhere: the log must still hold it', parseHead)
    .action((options: CommonOptions & { head?: KnownHead }) =>
      withConsole('audit', async (app) => {
        const verdict = await app.auditService.check(options.head);
        if (options.json === true) printJson({ ok: verdict.firstBad === null, ...verdict });
        else if (verdict.firstBad === null) {
          print(`${String(verdict.entries)} entries, all sound; the last hash is ${verdict.head}`);
          print(signatures(verdict));
          for (const { seq, from, to } of verdict.clockSetBack)
            print(`the computer's clock was set back at entry ${String(seq)}: from ${from} to ${to}`);
          if (verdict.ownKey !== null) print(`this computer's key: ${verdict.ownKey}`);
          for (const file of verdict.missingSegments)
            print(`the sealed file ${file} is not in the data folder; its signature says what it held`);
        } else print(`entry ${String(verdict.firstBad.seq)} is bad: ${verdict.firstBad.problem}`);
        const missing = verdict.missingSegments.length > 0;
        process.exitCode = verdict.firstBad !== null ? EXIT.error : missing ? EXIT.partial : EXIT.processed;
      }),
    );
  addCommonOptions(audit.command('accept'))
    .description('say why the data file is not the one that was last signed, as after a backup was put back')
    .requiredOption('--why <text>', 'for the audit log')
    .action((options: CommonOptions & { why: string }) =>
      withConsole('settings', async (app) => {
        await app.auditService.acceptOlder(options.why);
        if (options.json === true) printJson({ accepted: true });
        else print('It is written down; jobs may run again.');
      }),
    );
  addCommonOptions(audit.command('seal'))
    .description('take entries of more than 90 days ago out of the store, into a sealed file in the data folder')
    .requiredOption('--before <date>', 'entries that are older, such as 2026-01-01', isoDate)
    .action((options: CommonOptions & { before: string }) =>
      withConsole('settings', async (app) => {
        const sealed = await app.auditService.archiveBefore(options.before);
        if (options.json === true) printJson({ sealed: sealed ?? null });
        else if (sealed === undefined) print('No entry is that old.');
        else print(`${String(sealed.entries)} entries are in ${sealed.file}; the log goes on from there.`);
      }),
    );
  addCommonOptions(audit.command('export'))
    .description('write it as JSON lines, with the script that checks it beside it')
    .argument('<file>', 'such as audit.jsonl')
    .action((file: string, options: CommonOptions) =>
      withConsole('audit', async (app) => {
        await checkOutputFile(file);
        const entries = await app.auditService.export(file);
        if (options.json === true) printJson({ file, entries });
        else print(`${String(entries)} entries are in ${file}; check them with: node verify-audit.mjs ${file}`);
      }),
    );
}

function signatures({
  checkpoints,
  ownKey,
}: {
  checkpoints: { signedUpTo: number; publicKeys: string[] };
  ownKey: string | null;
}): string {
  if (checkpoints.signedUpTo === 0) return 'no entry is signed yet';
  const others = checkpoints.publicKeys.filter((key) => key !== ownKey).length;
  const whose =
    others === 0
      ? "by this computer's key"
      : `by ${String(checkpoints.publicKeys.length)} keys, ${String(others)} of them not in this keychain`;
  return `signed up to entry ${String(checkpoints.signedUpTo)} ${whose}`;
}

function parseHead(text: string): KnownHead {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('It must be an entry number and its hash, such as 120:9f86d0…');
  return { seq: Number(seq), hash };
}
