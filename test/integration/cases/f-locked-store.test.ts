/** Letter F: another program holds the data file. Each try to write blocks for seconds, so this has a file of its own. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { devs } from './hooked-carrier.ts';
import { inWorld } from './world.ts';

it('a store that is locked when a job begins: one alert, a growing pause, and the job as it was', async () => {
  await inWorld({ devices: devs(2) }, async (world) => {
    const { app } = world;
    app.startEngine();
    const job = app.bulkChanges.create(world.request(), 'tester');
    const other = new Database(join(world.home, 'console.db'));
    other.exec('BEGIN IMMEDIATE');
    try {
      app.engine.startDue();
      await world.ended(job.id);
      let turns = 0;
      const counting = setInterval(() => turns++, 10);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      clearInterval(counting);
      expect(turns).toBeGreaterThan(20);
      expect(world.alerts).toHaveLength(1);
      expect(world.job(job.id).state).toBe('ready');
      expect(app.engine.waitingOf(world.job(job.id))?.cause).toBe('disk');
    } finally {
      other.exec('COMMIT');
      other.close();
    }
    app.engine.resume(job.id, 'tester');
    await world.ended(job.id);
    expect(world.carrier.times()).toEqual([1, 1]);
  });
}, 30_000);
