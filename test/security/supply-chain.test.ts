import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Lock {
  packages: Record<
    string,
    {
      version: string;
      license?: string;
      integrity?: string;
      resolved?: string;
      hasInstallScript?: boolean;
      dev?: boolean;
    }
  >;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>;
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
const installed = Object.entries(packages).filter(([path]) => path !== '');

/** What may be shipped or built with; each was looked at. */
const LICENCES = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'MPL-2.0',
  '(MIT OR WTFPL)',
  '(MIT OR CC0-1.0)',
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
];
/** keytar builds itself, `node` fetches the Node that runs the project's own scripts. */
const INSTALL_SCRIPTS = ['node_modules/keytar', 'node_modules/node'];

describe('what the console is made of', () => {
  it('is named to the exact version, and each package is pinned by its hash', () => {
    const named = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap(
      Object.entries,
    );
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version as string))).toEqual([]);
    expect(installed.filter(([, one]) => one.integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  it('has licences that allow it', () => {
    expect(
      installed
        .filter(([, one]) => !LICENCES.includes(one.license ?? 'none'))
        .map(([path, one]) => `${path}: ${one.license ?? 'none'}`),
    ).toEqual([]);
  });

  it('runs no install script but those that are listed', () => {
    expect(installed.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path)).toEqual(INSTALL_SCRIPTS);
  });

  it('names no registry: whoever installs uses their own', () => {
    expect(installed.filter(([, one]) => one.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});
