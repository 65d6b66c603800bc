import type { Command } from 'commander';
import { EXIT, print, printJson } from './output.ts';
import { addCommonOptions, withConsole, type CommonOptions } from './session.ts';

/** `rateplan audit verify`: walks the whole chain. */
export function addAuditCommand(program: Command): void {
  addCommonOptions(program.command('audit').description('the audit log').command('verify'))
    .description('check that no entry was edited, removed, swapped or forged; names the first bad one')
    .action((options: CommonOptions) =>
      withConsole(async (console) => {
        const verdict = console.audit.verify();
        await Promise.resolve();
        if (options.json === true) printJson({ ok: verdict.firstBad === null, ...verdict });
        else if (verdict.firstBad === null)
          print(`${String(verdict.entries)} entries, all sound; the last hash is ${verdict.head}`);
        else print(`entry ${String(verdict.firstBad.seq)} is bad: ${verdict.firstBad.problem}`);
        process.exitCode = verdict.firstBad === null ? EXIT.processed : EXIT.error;
      }),
    );
}
