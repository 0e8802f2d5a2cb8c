import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { MUTATION_AREAS, type MutationArea } from './areas.ts';

/**
 * `npm run test:mutation -- [AREA…] [--mutate FILE[:LINE-LINE]] [--concurrency N]`: changes the program in every place
 * (a guard taken out, a comparison turned round) and runs the tests beside that place. Prints each mutant that no test
 * noticed, and fails where too few are noticed.
 *
 * @example npm run test:mutation -- records --mutate functions/core/records/find-images.ts:50-80
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutate: { type: 'string', multiple: true },
    concurrency: { type: 'string', default: '1' },
  },
});
const unknown = positionals.filter((name) => !(name in MUTATION_AREAS));
if (unknown.length > 0)
  throw new Error(`Expected areas (${Object.keys(MUTATION_AREAS).join(', ')}) but received ${unknown}`);
const chosen = Object.entries(MUTATION_AREAS).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);
const rows: string[] = [];
for (const [name, area] of chosen) {
  const score = await scoreOf(name, area);
  const isReached = score >= area.minimumScore || values.mutate !== undefined;
  if (!isReached) process.exitCode = 1;
  rows.push(`${name.padEnd(10)} ${score.toFixed(1).padStart(6)} %  of at least ${area.minimumScore} %`);
}
console.log(`\nMutants that a test noticed\n${rows.join('\n')}`);

async function scoreOf(name: string, area: MutationArea): Promise<number> {
  const { mutate, needsPrograms = false, ignoreStatic = true } = area;
  // For vitest.config.ts beside this file, which Stryker's runner reads in a process of its own.
  process.env.CLIPTAG_MUTATION = JSON.stringify({ tests: area.tests, needsPrograms });
  const stryker = new Stryker({
    mutate: values.mutate ?? [...mutate],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    ignoreStatic,
    concurrency: Number(values.concurrency),
    // Vitest strips types by itself, and Stryker cannot read a configuration with TypeScript 7.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    ignorePatterns: ['.cliptag', 'cdk.out', 'dist', 'reports'],
    reporters: ['progress-append-only', 'clear-text', 'json'],
    jsonReporter: { fileName: `reports/mutation/${name}.json` },
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    // A busy machine must not be taken for a mutant that never ends; most of those are ended sooner, by their loops' counts.
    timeoutMS: 60_000,
  });
  const results = await stryker.runMutationTest();
  const count = (...states: string[]) => results.filter(({ status }) => states.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  return (100 * noticed) / Math.max(1, noticed + count('Survived', 'NoCoverage'));
}
