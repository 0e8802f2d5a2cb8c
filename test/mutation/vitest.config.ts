import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { tests = [], needsPrograms = false } = JSON.parse(process.env.CLIPTAG_MUTATION ?? '{}');

/** How Stryker runs tests: `mutation.ts` names them. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: tests,
    globalSetup: needsPrograms ? ['test/run-folder.ts', 'test/compiled-programs.ts'] : [],
    exclude: ['**/*.property.test.ts', '**/node_modules/**'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false,
  },
});
