/** A thread of its own: looks through a store's file while the window already works. It reads only. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { findDamage } from './database.ts';

const db = new Database(workerData as string, { readonly: true });
const damage = findDamage(db);
db.close();
parentPort?.postMessage(damage ?? null);
