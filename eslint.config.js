import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';

/**
 * Who may import whom inside src-main (docs/architecture.md has the picture). A part imports what stands in its row,
 * nothing else; only the composition roots and the console see everything.
 */
const LAYERS = {
  domain: [],
  tables: ['domain'],
  security: ['domain'],
  thingspace: ['domain', 'security'],
  store: ['domain'],
  simulator: ['domain'],
  audit: ['domain', 'store'],
  access: ['domain', 'store', 'audit'],
  catalog: ['domain', 'store', 'tables', 'audit'],
  inventory: ['domain', 'store', 'tables', 'audit'],
  'bulk-change': ['domain', 'store', 'audit', 'thingspace'],
  engine: ['domain', 'store', 'audit', 'thingspace', 'bulk-change'],
  accounts: ['domain', 'store', 'audit', 'access', 'security', 'thingspace'],
  monitor: ['domain', 'security'],
  reports: ['domain', 'store', 'tables'],
};
const PARTS = Object.keys(LAYERS);

const noElectron = {
  regex: '^electron(/|$)',
  message: 'Only src-main/index.ts and src-main/electron/ know Electron.',
};
const noRoots = {
  group: [
    '**/app.ts',
    '**/cli.ts',
    '**/index.ts',
    '!**/store/index.ts',
    '!./**',
    '**/cli/**',
    '**/electron/**',
    '**/ipc/**',
    '**/demo.ts',
  ],
  message: 'Parts do not know the roots.',
};

const windowPatterns = [
  noElectron,
  {
    regex: 'src-main/(?!domain/)',
    message: 'The renderer sees the contract and the domain only.',
    allowTypeImports: true,
  },
  { group: ['node:*'], message: 'The renderer has no Node.' },
];

/** Who may import whom in the window: each what stands below it, never above. */
const WINDOW_LAYERS = ['shell', 'screens', 'components', 'state', 'lib'];
const windowBoundaries = WINDOW_LAYERS.map((layer, at) => ({
  files: [`src-renderer/${layer}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...windowPatterns,
          ...WINDOW_LAYERS.slice(0, at).map((above) => ({
            group: [`**/${above}/**`],
            message: `${layer}/ may import ${WINDOW_LAYERS.slice(at + 1).join(', ') || 'nothing of its siblings'}.`,
          })),
        ],
      },
    ],
  },
}));

const boundaries = Object.entries(LAYERS).map(([part, allowed]) => ({
  files: [`src-main/${part}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          noElectron,
          noRoots,
          ...PARTS.filter((other) => other !== part && !allowed.includes(other)).map((other) => ({
            group: [`**/${other}/**`],
            message: `${part}/ may import ${allowed.join(', ') || 'nothing of its siblings'}.`,
          })),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', 'test-results/', 'playwright-report/', 'coverage/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src-main/cli/**/*.ts', 'src-main/app.ts', 'src-main/demo.ts', 'src-main/data-folder.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noElectron] }] },
  },
  ...boundaries,
  {
    // Plain scripts that go to people without the project.
    files: ['resources/**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // Speaks to users of the React compiler; this build has none.
      'react-hooks/incompatible-library': 'off',
      'no-restricted-imports': ['error', { patterns: windowPatterns }],
    },
  },
  ...windowBoundaries,
  {
    files: ['src-preload/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: 'src-main/(?!domain/)',
              message: 'The contract names domain types only.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  // `call<void>()` is how a call without an answer is declared.
  { files: ['src-preload/contract/**/*.ts'], rules: { '@typescript-eslint/no-invalid-void-type': 'off' } },
  { files: ['eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
