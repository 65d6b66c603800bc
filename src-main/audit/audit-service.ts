/** What is done with the audit log as a whole: it is signed, checked against the keychain, exported, and its old entries archived. */
import { join } from 'node:path';
import { isoTime } from '../domain/clock.ts';
import { ConsoleError, explain } from '../domain/errors.ts';
import type { SigningVault } from '../domain/signing-vault.ts';
import { appendEntry, noteDown, type ActionContext } from './action-context.ts';
import { foreignSegments, problemSince } from './anchor.ts';
import { checkSegments, writeSegment } from './archive.ts';
import { newSigningKey, signerOf, type Signer } from './checkpoint.ts';
import { exportAudit, lastSigned } from './export.ts';
import type { AuditVerdict, KnownHead } from './walk.ts';

/** The whole log, sealed segments and all. */
export type WholeVerdict = AuditVerdict & {
  /** The public key of this keychain; null before the first signature. */
  ownKey: string | null;
  /** Whether the log is signed on this computer: that takes a keychain. */
  isSigned: boolean;
  /** Sealed files that are not in the data folder any more. */
  missingSegments: string[];
};

export interface AuditFiles {
  /** The data folder, where archives are. */
  home: string;
  /** The script that goes with each export, by which others check it. */
  script: string;
}

export class AuditService {
  readonly #context: ActionContext;
  readonly #vault: SigningVault;
  readonly #home: string;
  readonly #script: string;
  readonly #tellOnceADay: (what: string, message: string) => void;
  #problem: string | undefined;
  #signed: Promise<void> = Promise.resolve();

  /** @param tellOnceADay tells people of what fails in the background */
  constructor(
    context: ActionContext,
    vault: SigningVault,
    { home, script }: AuditFiles,
    tellOnceADay: (what: string, message: string) => void,
  ) {
    this.#context = context;
    this.#vault = vault;
    this.#home = home;
    this.#script = script;
    this.#tellOnceADay = tellOnceADay;
  }

  /** Why the data file does not fit the anchor in the keychain; known after {@link checkAnchor}. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Signs the audit log as it is now, with the key in the keychain; without a keychain nothing is signed.
   * It never fails a job: a log that is not signed this time is signed the next, and people are told once a day.
   */
  async sign(): Promise<void> {
    this.#signed = this.#signed
      .then(() => this.#signNow())
      .catch((error: unknown) => {
        this.#tellOnceADay('signature', `The audit log could not be signed: ${explain(error)} It is tried again.`);
      });
    await this.#signed;
  }

  async #signNow(): Promise<void> {
    // A key that nobody has tomorrow would only fill the log with signatures that say nothing.
    if (!this.#vault.signs) return;
    const signer = await this.#signer();
    const anchor = await this.#vault.readAnchor();
    const problem = anchor && problemSince(this.#context.store.audit, anchor, signer.publicKey);
    // A log that was changed is never signed: that would make the forgery good.
    if (problem !== undefined)
      throw new ConsoleError(
        'store',
        `Entry ${String(problem.seq)} of the audit log is bad: ${problem.problem}.`,
        KEEP_IT,
      );
    const checkpoint = this.#context.store.transaction(() =>
      this.#context.audit.seal(signer, isoTime(this.#context.clock.now())),
    );
    if (checkpoint !== undefined)
      await this.#vault.writeAnchor({ ...anchor, seq: checkpoint.seq, hash: checkpoint.head });
  }

  /**
   * Compares the log with the anchor in the keychain. Call it before the engine is started.
   * @returns what is wrong; then the engine stays off until an Admin has said why ({@link acceptOlder})
   */
  async checkAnchor(): Promise<string | undefined> {
    const anchor = this.#vault.signs ? await this.#vault.readAnchor() : undefined;
    const pem = await this.#vault.readSigningKey();
    const problem =
      anchor === undefined || pem === undefined
        ? undefined
        : problemSince(this.#context.store.audit, anchor, signerOf(pem).publicKey);
    this.#problem =
      problem &&
      `The data file is not the one that this computer last signed: ${problem.problem} (entry ${String(problem.seq)}).`;
    return this.#problem;
  }

  /**
   * An Admin knows why the data file is an older or another one, as after a backup was put back: from here on it is good.
   * @param why in words, for the audit log
   */
  async acceptOlder(why: string): Promise<void> {
    const problem = await this.checkAnchor();
    this.#context.askAgain();
    if (problem === undefined) throw new ConsoleError('refused', 'The data file is the one that was last signed.');
    this.#context.store.transaction(() => {
      appendEntry(this.#context, 'audit.older-accepted', 'audit log', { problem, why });
    });
    const last = this.#context.store.audit.last();
    const anchor = await this.#vault.readAnchor();
    const { publicKey } = await this.#signer();
    const accepted = foreignSegments(this.#context.store.audit, publicKey).map(({ signature }) => signature);
    if (last !== undefined) await this.#vault.writeAnchor({ ...anchor, seq: last.seq, hash: last.hash, accepted });
    this.#problem = undefined;
    await this.sign();
  }

  /** The key of this keychain, made when there is none. */
  async #signer(): Promise<Signer> {
    let pem = await this.#vault.readSigningKey();
    if (pem === undefined) {
      pem = newSigningKey();
      await this.#vault.writeSigningKey(pem);
    }
    return signerOf(pem);
  }

  /** Somebody has looked through the log: who, and what came of it. */
  async check(known?: KnownHead): Promise<WholeVerdict> {
    const verdict = await this.verify(known);
    noteDown(this.#context, 'audit.verified', 'audit log', { entries: verdict.entries, firstBad: verdict.firstBad });
    return verdict;
  }

  /** Looks through the whole audit log. @param known a head that was noted elsewhere */
  async verify(known?: KnownHead): Promise<WholeVerdict> {
    const { firstBad, missing, publicKeys } = await checkSegments(this.#context.store.audit, this.#home, known);
    const pem = await this.#vault.readSigningKey();
    const own = pem === undefined ? undefined : signerOf(pem).publicKey;
    const verdict = await this.#context.audit.verifyBeside(known, own);
    const anchor = this.#vault.signs ? await this.#vault.readAnchor() : undefined;
    const moved = anchor && own !== undefined ? problemSince(this.#context.store.audit, anchor, own) : undefined;
    const { checkpoints } = verdict;
    return {
      ...verdict,
      firstBad: firstBad ?? verdict.firstBad ?? moved ?? null,
      checkpoints: { ...checkpoints, publicKeys: [...new Set([...publicKeys, ...checkpoints.publicKeys])] },
      isSigned: this.#vault.signs,
      missingSegments: missing,
      ownKey: own ?? null,
    };
  }

  /** Writes the audit log for others, signed up to its last entry. @returns how many entries it has */
  async export(file: string): Promise<number> {
    this.#context.store.transaction(() => {
      appendEntry(this.#context, 'audit.exported', 'audit log', {});
    });
    const own = this.#context.store.audit.last()?.seq ?? 0;
    await this.sign();
    const signer = this.#vault.signs ? await this.#signer() : undefined;
    this.#context.askAgain();
    // A log that could not be signed, as one that was changed, gets no signed end either.
    const signed = signer && lastSigned(this.#context.store.audit, signer.publicKey, own);
    const at = isoTime(this.#context.clock.now());
    const endSigner = signer === undefined || signed === undefined ? undefined : { signer, at };
    const script = this.#script;
    const { entries } = await exportAudit(this.#context.store.audit, file, script, signed, endSigner);
    return entries;
  }

  /**
   * Takes the entries that are older than a time out of the store, into a sealed file of the data folder.
   * @param before UTC ISO 8601
   * @returns the file, undefined when no entry is that old
   * @throws ConsoleError `refused` when nothing signs the log, or it is not sound: what would prove it must stay as it is
   */
  async archiveBefore(before: string): Promise<{ file: string; entries: number } | undefined> {
    if (Date.parse(before) > this.#context.clock.now() - YOUNGEST_SEALED_MS)
      throw new ConsoleError(
        'refused',
        'Entries of the last 90 days stay in the log.',
        'Choose an earlier date. Nothing was sealed.',
      );
    await this.sign();
    const { firstBad } = await this.verify();
    if (firstBad !== null)
      throw new ConsoleError(
        'refused',
        `Entry ${String(firstBad.seq)} of the audit log is bad: ${firstBad.problem}.`,
        'Nothing was sealed. Keep this data folder as it is, and compare it with a backup or an export.',
      );
    const last = this.#context.store.audit.lastBefore(before);
    if (last === undefined) return undefined;
    // A segment of this run's own key would be a stranger's to the keychain at the next start.
    if (!this.#vault.signs)
      throw new ConsoleError(
        'refused',
        'Entries are sealed by the key in the OS keychain, and there is none.',
        'Seal them on a computer, or in a session, that has one. Nothing was sealed.',
      );
    const at = isoTime(this.#context.clock.now());
    const script = this.#script;
    const signer = await this.#signer();
    this.#context.askAgain();
    const segment = await writeSegment(this.#context.store.audit, this.#home, script, last, signer, at);
    const { firstSeq, lastSeq, file, sha256 } = segment;
    this.#context.store.transaction(() => {
      appendEntry(this.#context, 'audit.sealed', 'audit log', { firstSeq, lastSeq, file, sha256 });
      this.#context.store.audit.replaceBySegment(segment);
    });
    await this.sign();
    return { file: join(this.#home, file), entries: lastSeq - firstSeq + 1 };
  }
}

/** What happened lately must not leave the log. */
const YOUNGEST_SEALED_MS = 90 * 86_400_000;
const KEEP_IT = 'It is not signed. Keep this data folder as it is, and compare it with a backup or an export.';
