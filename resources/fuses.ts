/**
 * Electron's fuses for a packaged console: `npm run fuses -- <the packaged app or its executable>`, after packaging and before
 * signing. What they switch off cannot be switched on again by an environment variable or an argument.
 */
import { flipFuses, FuseV1Options, FuseVersion, type FuseV1Config } from '@electron/fuses';

export const FUSES: FuseV1Config = {
  version: FuseVersion.V1,
  // A fuse that a newer Electron brings has to be decided here first.
  strictlyRequireAllFuses: true,
  // The program is the console and not a Node with its rights.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Only the code that was packed and signed.
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  // The pages come by app://, which needs none of them.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  // Snapshots of its own the app has none; Argon2 is WebAssembly, and its traps stay guarded.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
};

if (process.argv[1] === import.meta.filename) {
  const path = process.argv[2];
  if (path === undefined) throw new Error('usage: npm run fuses -- <the packaged app or its executable>');
  // Apple Silicon refuses what was changed after its signature, an ad-hoc one too.
  await flipFuses(path, { ...FUSES, resetAdHocDarwinSignature: process.platform === 'darwin' });
  console.log(`The fuses of ${path} are set.`);
}
