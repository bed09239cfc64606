const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2023',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** Specs run from source: `#core` and its like resolve to `libs` by the condition that tsc uses too. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['switchyard-source', 'node', 'node-addons'] },
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  // Looked up in a test's own context these cost a hundred times what they do elsewhere, and hashing a megabyte takes a second.
  sandboxInjectedGlobals: ['Math', 'Number'],
  // Far beyond what a test takes by itself: on a busy machine it may wait for its turn.
  testTimeout: 60_000,
  // Most tests wait for processes rather than compute, and jest's own choice on two cores is one.
  maxWorkers: '100%',
  // Of tests that say they may run beside each other, while another file's run on the other core.
  maxConcurrency: 2,
  // A test that fails half-way may leave a server behind, which must not keep the whole run from ending.
  forceExit: true,
};
