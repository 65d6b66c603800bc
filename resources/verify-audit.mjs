#!/usr/bin/env node
// Checks an exported audit log without the console: node verify-audit.mjs audit.jsonl [seq:hash]
// It needs Node 20 and nothing else. Exit code 0: sound; 1: not; 2: cannot be read.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, known] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node verify-audit.mjs audit.jsonl [seq:hash]');
  process.exit(2);
}
const fail = (problem) => {
  console.log(`NOT SOUND: ${problem}`);
  process.exit(1);
};

let previous = '0'.repeat(64);
let entries = 0;
let end;
const bytesOf = (base64) => {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) fail('a signature or key is not written as it was');
  return bytes;
};
const hashes = new Map();
const checkpoints = [];
const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
for await (const line of lines) {
  if (line === '') continue;
  let record;
  try {
    record = JSON.parse(line);
  } catch {
    fail(`the line after entry ${entries} is not JSON`);
  }
  if (end !== undefined) fail('something stands after the end');
  if (record.entry !== undefined) {
    const { seq, at, actor, action, subject, detail, previousHash, hash } = record.entry;
    entries++;
    if (seq !== entries) fail(`entry ${entries} is missing`);
    if (previousHash !== previous) fail(`entry ${seq} does not follow the one before it`);
    const text = JSON.stringify([previousHash, seq, at, actor, action, subject, detail]);
    if (createHash('sha256').update(text).digest('hex') !== hash) fail(`the content of entry ${seq} was changed`);
    if (known === `${seq}:${hash}`) hashes.set('known', seq);
    hashes.set(seq, hash);
    previous = hash;
  } else if (record.checkpoint !== undefined) checkpoints.push(record.checkpoint);
  else if (record.end !== undefined) end = record.end;
}
if (end === undefined) fail('the file has no end: its tail was cut off');
if (end.entries !== entries || end.head !== previous) fail('the end does not fit the entries');
if (known !== undefined && !hashes.has('known')) fail(`the entry that was noted as ${known} is not in it`);
const keys = new Set();
for (const { seq, head, at, publicKey, signature } of checkpoints) {
  if (hashes.get(seq) !== head) fail(`the signed checkpoint at entry ${seq} has another hash`);
  const key = createPublicKey({ key: bytesOf(publicKey), format: 'der', type: 'spki' });
  const text = JSON.stringify(['thingspace-rate-plan-console audit checkpoint', seq, head, at]);
  if (!verify(null, Buffer.from(text), key, bytesOf(signature))) fail(`the signature at entry ${seq} is wrong`);
  keys.add(publicKey);
}
const last = checkpoints.reduce((most, { seq }) => Math.max(most, seq), 0);
console.log(`SOUND: ${entries} entries; the last hash is ${previous}`);
console.log(`signed up to entry ${last} by ${keys.size === 0 ? 'nobody' : [...keys].join(', ')}`);
