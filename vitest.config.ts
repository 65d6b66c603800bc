import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/unit/**/*.test.ts',
      'test/integration/**/*.test.ts',
      'test/faults/**/*.test.ts',
      'test/security/**/*.test.ts',
    ],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Integration tests start real servers and child processes; more at once than cores only blurs their time-outs.
    maxWorkers: 2,
    // Cases that run side by side inside one file wait for their carrier nearly all of the time.
    maxConcurrency: 24,
  },
});
