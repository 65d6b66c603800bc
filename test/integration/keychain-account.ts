/** Runs inside a session with a real Secret Service; see keychain.test.ts. Makes an account of a simulator, as a person does. */
import { App } from '../../src-main/app.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { openVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';

const [home = '', baseUrl = ''] = process.argv.slice(2);
const app = new App({ home, vault: await openVault(home), actor: 'dana' });
const { accountName } = SIMULATOR_DEFAULTS;
const { id } = app.accounts.create({ ...PROVIDER_DEFAULTS, name: 'Test', accountName, baseUrl });
await app.credentials.set(id, SIMULATOR_CREDENTIALS);
await app.close();
