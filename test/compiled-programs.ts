import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Holds the programs that tests start in processes of their own, compiled: NAME.js of NAME.ts. */
    readonly programs: string;
  }
}

const repository = fileURLToPath(new URL('..', import.meta.url));
const PROGRAMS = [
  'functions/client/client.ts',
  'functions/tagger/tagger.ts',
  'test/e2e/support/cli-program.ts',
  'test/integration/s3-endpoint-process.ts',
  'test/integration/support/deadly-process.ts',
  'test/integration/support/dynamodb-server.ts',
  'test/integration/support/decoding-function.ts',
  'test/integration/support/frozen-process.ts',
  'test/integration/support/mapping-process.ts',
  'test/integration/support/queue-consumer.ts',
  'test/torture/bomb-process.ts',
];

/** Compiles them once: to translate sources at each start takes longer than most of them run. */
export default async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  // Below node_modules, where libraries are found.
  const outdir = join(repository, 'node_modules/.cache', `cliptag-tests-${process.pid}`);
  await mkdir(outdir, { recursive: true });
  await build({
    absWorkingDir: repository,
    entryPoints: Object.fromEntries(PROGRAMS.map((path) => [basename(path, '.ts'), path])),
    ...{ outdir, bundle: true, splitting: true, packages: 'external', plugins: [placesOfSources] },
    ...{ platform: 'node', target: 'node20', format: 'esm', sourcemap: 'linked', logLevel: 'warning' },
  });
  provide('programs', outdir);
  // A program that was told to end may still be there.
  return () => rm(outdir, { recursive: true, force: true, maxRetries: 10 });
}

/** Files that lie beside sources are looked for there, not beside what was compiled. */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
    });
  },
};
