/** Composition root 2: the console without a window, for scripts, servers and machines without a display. */
import { Command, CommanderError } from 'commander';
import { addAuditCommand } from './cli/audit.ts';
import { addChangeCommand } from './cli/change.ts';
import { addDemoCommand } from './cli/demo.ts';
import { exitBeforeLong } from './cli/exit.ts';
import { addExportCommand } from './cli/export.ts';
import { addInventoryCommands } from './cli/inventory.ts';
import { addJobsCommand } from './cli/jobs.ts';
import { EXIT, printError } from './cli/output.ts';
import { addOperatorsCommand } from './cli/operators.ts';
import { takeSecretsFrom } from './cli/sign-in.ts';
import { addSimulatorCommand } from './cli/simulator.ts';

// What is written is for this user of the computer only.
process.umask(0o077);

const program = new Command('rateplan')
  .description('Bulk carrier rate plan changes on Verizon ThingSpace.')
  .addHelpText(
    'after',
    `
Environment:
  RATEPLAN_HOME           data folder (shared with the desktop console)
  THINGSPACE_BASE_URL     where the API is; https, or http on this machine's loopback
  THINGSPACE_KEY, THINGSPACE_SECRET, THINGSPACE_USERNAME, THINGSPACE_PASSWORD, THINGSPACE_ACCOUNT
                          credentials for this run; they are not stored. Without them the service
                          providers and the keychain of the desktop console are used (--provider NAME).
  RATEPLAN_OPERATOR, RATEPLAN_OPERATOR_PASSWORD
                          who acts, where the console has operators; asked for on a terminal without them

Exit codes: 0 all processed, 2 partial, 1 error, 3 waits for somebody's approval,
4 no device would change, 64 wrong usage.`,
  )
  .option(
    '--password-file <file>',
    'the operator’s password, or lines such as THINGSPACE_KEY=…, from a file that only you can read; - for standard input',
  )
  .hook('preAction', (command) => {
    const { passwordFile } = command.opts<{ passwordFile?: string }>();
    if (passwordFile !== undefined) takeSecretsFrom(passwordFile);
  })
  .showHelpAfterError('Use --help to see how.')
  .exitOverride();

addSimulatorCommand(program);
addDemoCommand(program);
addInventoryCommands(program);
addChangeCommand(program);
addJobsCommand(program);
addAuditCommand(program);
addExportCommand(program);
addOperatorsCommand(program);

// Whoever read the output may be gone (`… | head`, a closed terminal); a job that runs is not to die of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// A defect that nobody waited for is told like any other, without secrets.
process.on('uncaughtException', (error) => {
  process.exit(printError(error, process.argv.includes('--json')));
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else process.exitCode = printError(error, process.argv.includes('--json'));
  // A file system that does not answer must not keep a command that has failed from ending.
  exitBeforeLong();
}
