/** Runs inside a session with a real Secret Service; see keychain.test.ts. Prints what it found as JSON. */
import { loadKeyring, loadKeytar, openKeychain } from '../../src-main/security/keychain.ts';
import { openVault, SERVICE } from '../../src-main/security/vault.ts';

/** @param libraries those that can be loaded: `both`, `keytar` or `keyring` */
const [step, home = '', libraries = 'both', password = 'password-7'] = process.argv.slice(2);
// As a console did that knew keytar alone.
if (step === 'write-as-before')
  await (
    await loadKeytar()
  ).setPassword(
    SERVICE,
    `${home}#7`,
    JSON.stringify({ key: 'key-7', secret: 'secret-7', username: 'user-7', password, address: 'https://a /o /m' }),
  );
const isMissing = (): Promise<never> => Promise.reject(new Error('it is not installed'));
const vault = await openVault(home, () =>
  openKeychain(SERVICE, home, {
    keytar: libraries === 'keyring' ? isMissing : loadKeytar,
    keyring: libraries === 'keytar' ? isMissing : loadKeyring,
  }),
);
if (step === 'write') {
  await vault.write(7, { key: 'key-7', secret: 'secret-7', username: 'user-7', password }, 'https://a /o /m');
  await vault.writeAnchor({ seq: 12, hash: password });
}
if (step === 'remove') await vault.remove(7);
console.log(
  JSON.stringify({
    backend: vault.backend,
    library: vault.library,
    notice: vault.notice,
    secrets: (await vault.read(7))?.secrets ?? null,
    anchor: (await vault.readAnchor())?.hash ?? null,
  }),
);
