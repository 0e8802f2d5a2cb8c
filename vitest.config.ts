import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** What tests with real servers and processes share. */
const globalSetup = ['test/run-folder.ts', 'test/compiled-programs.ts', 'test/moto-server.ts'];

/** Other programs' starts, installations and deployments, which take many times as long where others want the processor too. */
const patient = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig(({ mode }) => ({
  test: {
    reporters: ['default', './test/summary-reporter.ts'],
    // What failing tests print is shown.
    silent: 'passed-only',
    // Tests speak to AWS's SDK on Node 20 too, of which it would warn in every file.
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // `npm run test:quick` tries a quarter of the cases of property tests; `npm test` tries them all.
      ...(mode === 'quick' && { CLIPTAG_PROPERTY_RUNS: '1000' }),
    },
    // They end what hangs, and nothing that is slow on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 100_000, interval: 20 } },
    // Processes and not threads, for tests change folders. Libraries are loaded once in each instead of once a file.
    pool: 'forks',
    isolate: false,
    // Many tests wait for servers: with one worker more than a small machine has cores, these are never idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/{unit,integration,infra,e2e}/**/*.test.ts'],
          // `npm run test:quick` runs unit tests only, which need none of it.
          globalSetup: mode === 'quick' ? [] : globalSetup,
        },
      },
      // CI's own, since they take as long as all others: the CDK's command line deploys to moto and synthesizes,
      // and Cliptag is built, packed, and installed from the package registry.
      {
        extends: true,
        test: { name: 'deployment', include: ['test/deployment/**/*.test.ts'], globalSetup, ...patient },
      },
      {
        extends: true,
        test: { name: 'package', include: ['test/package/**/*.test.ts'], globalSetup, ...patient },
      },
    ],
  },
}));
