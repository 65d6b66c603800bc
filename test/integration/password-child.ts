/** Changes the carrier's password, and dies at one moment of it as by a power cut; see carrier-password.test.ts. */
import { App } from '../../src-main/app.ts';
import { openVault } from '../../src-main/security/vault.ts';
import { fileKeychain } from './file-keychain.ts';

const [home = '', file = '', diesAt = ''] = process.argv.slice(2);
let writes = 0;
const keychain = fileKeychain(file, (moment) => {
  if (moment === 'before') writes++;
  if (diesAt === `${moment} write ${String(writes)}`) process.kill(process.pid, 'SIGKILL');
});
const app = new App({ home, vault: await openVault(home, () => Promise.resolve(keychain)), actor: 'dana' });
await app.credentials.changePassword(1);
await app.close();
