import type { UserConsoleLog } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import { motoComplaints } from './moto-complaints.ts';

/**
 * Closes a run with what was skipped and why, and one plain line, `N passed, N failed, N skipped`, that a log reader can
 * rely on. Tests say why they are skipped by a line `Skipped: …`; all else that passing tests print is swallowed. Where a test
 * fails, what moto complained of comes before.
 */
export default class SummaryReporter implements Reporter {
  private readonly reasons = new Set<string>();

  onUserConsoleLog({ content }: UserConsoleLog): void {
    for (const line of content.split('\n')) if (line.startsWith('Skipped: ')) this.reasons.add(line);
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that fails to load has no tests of its own, yet it is a failure.
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const failed = count('failed') + brokenFiles + unhandledErrors.length;
    const summary = `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`;
    if (failed > 0)
      for (const folder of runFolders(modules)) process.stdout.write(`\n${motoComplaints(folder)}`);
    process.stdout.write(`\n${[...[...this.reasons].sort(), summary].join('\n')}\n`);
  }
}

/** `npm run test:quick` has none. */
function runFolders(modules: ReadonlyArray<TestModule>): ReadonlySet<string> {
  const folders = modules.map(({ project }) => project.getProvidedContext().runFolder);
  return new Set(folders.filter((folder) => folder !== undefined));
}
