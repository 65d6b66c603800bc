/** A certificate that nobody trusts by default, made by openssl. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const noOpenssl = spawnSync('openssl', ['version']).status !== 0;

/** @param names that it is for, such as `DNS:localhost` @throws when openssl fails */
export function makeCertificate(folder: string, ...names: string[]): { key: string; cert: string; certFile: string } {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
  const made = spawnSync('openssl', [
    ...request, '-keyout', keyFile, '-out', certFile, '-addext', `subjectAltName=${names.join(',')}`,
  ]); // prettier-ignore
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile };
}
