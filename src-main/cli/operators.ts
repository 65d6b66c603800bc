import { Option, type Command } from 'commander';
import { createOperator, setOperatorPassword, setOperatorRights } from '../access/operators.ts';
import type { App } from '../app.ts';
import { ConsoleError } from '../domain/errors.ts';
import { ROLE_NAMES, ROLES, type Role } from '../domain/roles.ts';
import type { Operator } from '../store/operators.ts';
import { note, print, printJson, printTable } from './output.ts';
import { addCommonOptions, refuseEnvironment, withConsole, withProvider, type CommonOptions } from './session.ts';
import { readPassword } from './sign-in.ts';

interface PasswordFlags extends CommonOptions {
  carrier?: boolean;
  finish?: boolean;
}

interface RightsFlags extends CommonOptions {
  role?: Role;
  account?: string[];
  allAccounts?: boolean;
  disable?: boolean;
  enable?: boolean;
}

/** `rateplan operators …`: who may use this console; the same as Settings → Operators. */
export function addOperatorsCommand(program: Command): void {
  const operators = program.command('operators').description('who may use this console');

  addCommonOptions(operators.command('list'))
    .description('all operators and their rights')
    .action((options: CommonOptions) =>
      withConsole('operators', async (app) => {
        await Promise.resolve();
        const all = app.store.operators.list();
        if (options.json === true) printJson({ operators: all });
        else
          printTable(
            ['name', 'role', 'service providers', 'last signed in'],
            all.map((one) => [
              one.name,
              one.disabled ? `${ROLE_NAMES[one.role]} (disabled)` : ROLE_NAMES[one.role],
              accountNames(app, one),
              one.lastSignedInAt ?? '',
            ]),
          );
      }),
    );

  addRightsOptions(operators.command('add'))
    .argument('<name>')
    .description('a new operator; the first one is an Admin, and from then on everybody has to sign in')
    .action((name: string, flags: RightsFlags) =>
      withConsole('operators', async (app) => {
        const rights = { role: flags.role ?? 'admin', providers: accountIds(app, flags) ?? null, disabled: false };
        const operator = await createOperator(app, name, rights, await newPassword());
        tell(app, operator, flags);
      }),
    );

  addRightsOptions(operators.command('set'))
    .argument('<name>')
    .option('--disable', 'they cannot sign in any more')
    .option('--enable', 'they can again')
    .description('another role, other service providers')
    .action((name: string, flags: RightsFlags) =>
      withConsole('operators', async (app) => {
        await Promise.resolve();
        const { id, role, providers, disabled } = named(app, name);
        const chosen = accountIds(app, flags);
        setOperatorRights(app, id, {
          role: flags.role ?? role,
          providers: chosen === undefined ? providers : chosen,
          disabled: flags.disable === true || (disabled && flags.enable !== true),
        });
        tell(app, app.store.operators.get(id), flags);
      }),
    );

  addCommonOptions(program.command('password'))
    .description(
      'change one’s own password (the new one from RATEPLAN_NEW_PASSWORD, or asked for), or that of the carrier’s user',
    )
    .option('--carrier', 'let the carrier invent a new password for its user; it goes into the OS keychain, unseen')
    .option('--finish', 'with --carrier: only finish a change that was cut off')
    .option('--provider <name>', 'with --carrier: the service provider')
    .action((options: PasswordFlags) => (options.carrier === true ? carrierPassword(options) : ownPassword(options)));

  addCommonOptions(operators.command('password'))
    .argument('<name>')
    .description('a temporary password, to be changed when they sign in next (RATEPLAN_NEW_PASSWORD, or asked for)')
    .action((name: string, options: CommonOptions) =>
      withConsole('operators', async (app) => {
        const { id } = named(app, name);
        await setOperatorPassword(app, id, await newPassword());
        tell(app, app.store.operators.get(id), options);
      }),
    );
}

function ownPassword({ json, finish, provider }: PasswordFlags): Promise<void> {
  if (finish === true || provider !== undefined)
    throw new ConsoleError('bad-input', '--finish and --provider belong to --carrier.', 'Nothing was changed.');
  return withConsole(null, async (app) => {
    const old = await readPassword('RATEPLAN_OPERATOR_PASSWORD', 'Old password:');
    await app.access.changeOwnPassword(old, await newPassword());
    if (json === true) printJson({ operator: app.actor, password: 'changed' });
    else print('The password is changed.');
  });
}

/** The same as "Change password at the carrier" in Settings. @throws ConsoleError or CarrierError that says what to do */
function carrierPassword(options: PasswordFlags): Promise<void> {
  refuseEnvironment(
    'The password was not changed: the credentials of this run come from the environment, and nothing would keep the new one.',
    'Leave out the THINGSPACE_… variables and use --provider, so that the OS keychain keeps it.',
  );
  return withProvider('settings', options, async ({ app, provider }) => {
    // What the keychain does not take is tried again meanwhile, and the person must know.
    app.engine.listen((event) => {
      if (event.kind === 'alert') note(`! ${event.message}`);
    });
    const done =
      options.finish === true
        ? await app.credentials.finishPasswordChange(provider.id)
        : await app.credentials.changePassword(provider.id);
    if (options.json === true) printJson({ provider: provider.name, password: done?.outcome ?? 'nothing-to-finish' });
    else if (done === undefined) print(`No password change of "${provider.name}" is left to finish.`);
    else if (done.outcome === 'changed')
      print(`The carrier's password of "${provider.name}" is changed, kept in the OS keychain, and proved by a login.`);
    else print(`The carrier did not change the password of "${provider.name}"; the old one holds.`);
  });
}

function addRightsOptions(command: Command): Command {
  return addCommonOptions(command)
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES))
    .option('--account <name...>', 'only for these service providers')
    .option('--all-accounts', 'for every service provider');
}

function newPassword(): Promise<string> {
  return readPassword('RATEPLAN_NEW_PASSWORD', 'New password:');
}

/** @returns undefined when the flags say nothing of it */
function accountIds(app: App, { account, allAccounts }: RightsFlags): number[] | null | undefined {
  if (allAccounts === true) return null;
  return account?.map((name) => {
    const provider = app.store.providers.findByName(name);
    if (provider === undefined) throw new ConsoleError('bad-input', `There is no service provider "${name}".`);
    return provider.id;
  });
}

function named(app: App, name: string): Operator {
  const operator = app.store.operators.findByName(name);
  if (operator === undefined) throw new ConsoleError('bad-input', `There is no operator "${name}".`);
  return operator;
}

function accountNames(app: App, { providers }: Operator): string {
  return providers === null ? 'all' : providers.map((id) => app.store.providers.get(id).name).join(', ');
}

function tell(app: App, operator: Operator, { json }: CommonOptions): void {
  if (json === true) printJson({ operator });
  else
    print(
      `${operator.name}: ${ROLE_NAMES[operator.role]} for ${accountNames(app, operator)}${operator.disabled ? ', disabled' : ''}`,
    );
}
