#!/usr/bin/env node
// Checks an exported audit log without the console, sealed segments before it if there are any:
//   node verify-audit.mjs [audit-1-5000.jsonl …] audit.jsonl [--key publicKey] [--head seq:hash]
// The key is shown by the console (Audit log, or: audit verify). With it, the log must be signed by that key up to its last
// entry, begin with entry 1, and its end must be signed as the end of an export: what was cut, beheaded, emptied, unsigned or
// signed by somebody else is not sound. An older export is sound too: the script says of when it is. Without the key nobody
// can tell an honest log from one that was written anew.
// It needs Node 20 and nothing else. Exit code 0: sound; 1: not; 2: cannot be read, or a segment is missing.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const words = process.argv.slice(2);
const flag = words.indexOf('--head');
const known = flag < 0 ? undefined : words.splice(flag, 2)[1];
const keyFlag = words.indexOf('--key');
const ownKey = keyFlag < 0 ? undefined : words.splice(keyFlag, 2)[1];
if (words.length === 0 || (flag >= 0 && known === undefined) || (keyFlag >= 0 && ownKey === undefined)) {
  console.error('usage: node verify-audit.mjs [segment.jsonl …] audit.jsonl [--key publicKey] [--head seq:hash]');
  process.exit(2);
}
const fail = (problem) => {
  console.log(`NOT SOUND: ${problem}`);
  process.exit(1);
};
const bytesOf = (base64) => {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) fail('a signature or key is not written as it was');
  return bytes;
};
/** The key is one for ed25519, or it is none of the console's. */
const isSigned = (text, { publicKey, signature }) => {
  try {
    const key = createPublicKey({ key: bytesOf(publicKey), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, bytesOf(signature));
  } catch {
    return false;
  }
};

const keys = new Set();
let signedUpTo = 0;
let knownSeen = false;
/** When the end of the last file was signed by that key; undefined when it was not. */
let exportedAt;
/** The last entry so far; undefined before the first file. */
let last;

async function check(file) {
  const hashes = new Map();
  const checkpoints = [];
  let header;
  let end;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line === '') continue;
    let record;
    try {
      record = JSON.parse(line);
    } catch {
      fail(`a line after entry ${last?.seq ?? 0} is not JSON`);
    }
    if (end !== undefined) fail('something stands after the end');
    if (header === undefined) {
      header = record;
      if (header.version !== 2 || header.start === undefined) fail(`${file} is no audit log of this version`);
      if (last !== undefined && (header.start.seq !== last.seq || header.start.hash !== last.hash))
        fail(`${file} does not follow the file before it`);
      if (header.start.seq === 0 && header.start.hash !== '0'.repeat(64)) fail('the beginning of the log was changed');
      if (last === undefined && header.start.seq > 0 && ownKey !== undefined) {
        console.log(`MISSING: the sealed segments with the entries before ${header.start.seq + 1}`);
        process.exit(2);
      }
      if (last === undefined && header.start.seq > 0)
        console.log(
          `begins after entry ${header.start.seq}: name the sealed segments before it to check the whole log`,
        );
      last = header.start;
    } else if (record.entry !== undefined) {
      const { seq, at, actor, action, subject, detail, previousHash, hash } = record.entry;
      if (seq !== last.seq + 1) fail(`entry ${last.seq + 1} is missing`);
      if (previousHash !== last.hash) fail(`entry ${seq} does not follow the one before it`);
      const text = JSON.stringify([previousHash, seq, at, actor, action, subject, detail]);
      if (createHash('sha256').update(text).digest('hex') !== hash) fail(`the content of entry ${seq} was changed`);
      if (known === `${seq}:${hash}`) knownSeen = true;
      hashes.set(seq, hash);
      last = { seq, hash };
    } else if (record.checkpoint !== undefined) checkpoints.push(record.checkpoint);
    else if (record.end !== undefined) end = record.end;
  }
  if (end === undefined) fail(`${file} has no end: its tail was cut off`);
  if (end.seq !== last.seq || end.hash !== last.hash) fail('the end does not fit the entries');
  exportedAt = undefined;
  if (end.signature !== undefined) {
    const { start } = header;
    const purpose = 'thingspace-rate-plan-console audit export';
    const text = JSON.stringify([purpose, start.seq, start.hash, end.seq, end.hash, end.at]);
    if (!isSigned(text, end)) fail('the signature of the end is wrong');
    if (end.publicKey === ownKey) exportedAt = end.at;
  }
  for (const { seq, head, at, publicKey, signature } of checkpoints) {
    if (hashes.get(seq) !== head) fail(`the signed checkpoint at entry ${seq} has another hash`);
    const text = JSON.stringify(['thingspace-rate-plan-console audit checkpoint', seq, head, at]);
    if (!isSigned(text, { publicKey, signature })) fail(`the signature at entry ${seq} is wrong`);
    keys.add(publicKey);
    if (ownKey === undefined || publicKey === ownKey) signedUpTo = Math.max(signedUpTo, seq);
  }
}

for (const file of words) await check(file);
if (known !== undefined && !knownSeen) fail(`the entry that was noted as ${known} is not in it`);
if (last.seq === 0) fail('there is no entry in it');
if (ownKey !== undefined && signedUpTo < last.seq)
  fail(`it is signed by that key up to entry ${signedUpTo} only, and has ${last.seq} entries`);
if (ownKey !== undefined && exportedAt === undefined)
  fail('its end is not signed by that key: its tail was cut off, or it is no export of that console');
console.log(`SOUND: ${last.seq} entries; the last hash is ${last.hash}`);
if (ownKey === undefined)
  console.log('without --key nobody can tell whether these signatures are those of the console that wrote the log');
if (exportedAt !== undefined) console.log(`exported ${exportedAt}; what came after that is not in it`);
console.log(`signed up to entry ${signedUpTo} by ${keys.size === 0 ? 'nobody' : [...keys].join(', ')}`);
