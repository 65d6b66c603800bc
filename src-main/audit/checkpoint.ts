/**
 * Signed checkpoints: a signature over the number and the hash of an entry says that the log was that long and read so. The
 * private key is in the OS keychain, out of reach of whoever can only write the file.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { Checkpoint } from '../store/audit-entries.ts';

export interface Signer {
  readonly publicKey: string;
  sign(text: string): string;
}

/** A new key, as PKCS#8 PEM: for the keychain and nowhere else. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export function signerOf(pem: string): Signer {
  const key = createPrivateKey(pem);
  return {
    publicKey: exported(createPublicKey(key)),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

/** What is signed. It names its purpose, so that the signature stands for nothing else. */
export function signedText({ seq, head, at }: Pick<Checkpoint, 'seq' | 'head' | 'at'>): string {
  return JSON.stringify(['thingspace-rate-plan-console audit checkpoint', seq, head, at]);
}

export function makeCheckpoint(signer: Signer, at: string, last: { seq: number; hash: string }): Checkpoint {
  const fields = { seq: last.seq, head: last.hash, at };
  return { ...fields, publicKey: signer.publicKey, signature: signer.sign(signedText(fields)) };
}

export function isSignedRight(checkpoint: Checkpoint): boolean {
  return isSignature(signedText(checkpoint), checkpoint.publicKey, checkpoint.signature);
}

/** @param publicKey and signature as this module writes them */
export function isSignature(text: string, publicKey: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: bytesOf(publicKey), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, bytesOf(signature));
  } catch {
    return false;
  }
}

/** Node reads past characters that are none of base64; here one text stands for one value. @throws when it does not */
function bytesOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new Error('this is not base64 as it was written');
  return bytes;
}

function exported(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
