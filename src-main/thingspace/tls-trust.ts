/** Whom a TLS connection trusts: the certificates that come with Node, those of the system, and an account's own. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';
import { ConsoleError } from '../domain/errors.ts';

/** TLS 1.0 and 1.1 are broken, and no carrier needs them. */
const MIN_VERSION = 'TLSv1.2';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * @param own PEM, as {@link checkCertificates} lets it through; empty for none
 * @returns one context for all connections of a line: to make it reads a few hundred certificates
 */
export function trustedContext(own: string): SecureContext {
  return createSecureContext({
    ca: [...defaultCertificates(), ...systemCertificates(), ...(own.match(CERTIFICATE) ?? [])],
    minVersion: MIN_VERSION,
  });
}

/** With what NODE_EXTRA_CA_CERTS names; those that come with Node where that cannot be read. */
function defaultCertificates(): readonly string[] {
  try {
    return getCACertificates('default');
  } catch {
    return rootCertificates;
  }
}

/** A company's own authority is usually known to the system. */
function systemCertificates(): string[] {
  try {
    return getCACertificates('system');
  } catch {
    // Electron's Node does not have them on every system.
    return [];
  }
}

/** @throws ConsoleError `bad-input` for what is no list of certificates of authorities in PEM */
export function checkCertificates(pem: string): void {
  if (pem.trim() === '') return;
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0)
    throw new ConsoleError(
      'bad-input',
      'This is no certificate in PEM.',
      'It begins with -----BEGIN CERTIFICATE-----; your network team has it. Nothing was saved.',
    );
  if (/PRIVATE KEY/.test(pem))
    throw new ConsoleError(
      'bad-input',
      'There is a private key in it.',
      'Only the certificate is needed, and a key must not leave its place. Nothing was saved.',
    );
  for (const [index, text] of found.entries()) {
    try {
      new X509Certificate(text);
    } catch (error) {
      throw new ConsoleError(
        'bad-input',
        `Certificate ${String(index + 1)} cannot be read.`,
        'Copy it whole, with its first and last line. Nothing was saved.',
        error,
      );
    }
  }
}
