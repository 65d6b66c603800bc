/** Runs inside a session with a real Secret Service; see keychain.test.ts. Prints what it found as JSON. */
import { openVault } from '../../src-main/security/vault.ts';

const [step, home = ''] = process.argv.slice(2);
const vault = await openVault(home);
if (step === 'write')
  await vault.write(
    7,
    { key: 'key-7', secret: 'secret-7', username: 'user-7', password: 'password-7' },
    'https://a /o /m',
  );
if (step === 'remove') await vault.remove(7);
console.log(
  JSON.stringify({ backend: vault.backend, notice: vault.notice, secrets: (await vault.read(7))?.secrets ?? null }),
);
