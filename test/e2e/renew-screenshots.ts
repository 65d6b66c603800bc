/** `npm run screenshots`: runs the specs that take pictures, on every host alike. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  'playwright',
  [
    'test',
    'newcomer',
    'devices',
    'settings',
    'dark',
    'jobs',
    'change-types',
    'habits',
    'design-system',
    'audit',
    'operators',
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, RATEPLAN_SCREENSHOTS: '1' },
    shell: process.platform === 'win32',
  },
);
process.exitCode = status ?? 1;
