/** The part of the keychain that concerns the audit log. */
export interface SigningVault {
  /** Whether signatures of this vault's key mean something after the process has ended. */
  readonly signs: boolean;
  /** The key that signs the audit log, as PEM; undefined before the first. */
  readSigningKey(): Promise<string | undefined>;
  writeSigningKey(pem: string): Promise<void>;
  /** The number and hash of the last entry that was signed; see `audit/anchor.ts`. */
  readAnchor(): Promise<{ seq: number; hash: string; accepted?: readonly string[] } | undefined>;
  writeAnchor(anchor: { seq: number; hash: string; accepted?: readonly string[] }): Promise<void>;
}
