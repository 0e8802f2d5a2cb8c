import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonLines, runCli } from './support/cli-process.ts';

interface Tokens {
  readonly text: string;
  readonly ids: readonly number[];
}

const fixture = new URL('../fixtures/tokens.json', import.meta.url);
const clip = fileURLToPath(new URL('../../../shared/reference/tiny-clip/hf', import.meta.url));
const hasClip = existsSync(clip);
if (!hasClip) {
  console.info(
    `Skipped: CLIP's own tokenizer (to run it, put tokenizer.json of openai/clip-vit-base-patch32 into ${clip})`,
  );
}

describe('cliptag tokenize', () => {
  it.skipIf(!hasClip)('gives the ids of the reference for every text', async () => {
    const { cases: expected } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: readonly Tokens[] };
    const texts = expected.map(({ text }) => text);
    const result = await runCli(['tokenize', '--json', '--model', clip, '--', ...texts]);
    expect(jsonLines<Tokens>(result)).toEqual(expected);
  });

  it('takes empty texts and, after --, texts that begin with -', async () => {
    const result = await runCli(['tokenize', '--json', '', '--', '-x', '--json']);
    const answers = jsonLines<Tokens>(result);
    expect(answers.map(({ text }) => text)).toEqual(['', '-x', '--json']);
    const [start, end, ...rest] = answers[0]?.ids ?? [];
    expect(rest).toEqual([]);
    for (const { ids } of answers) expect([ids[0], ids.at(-1)]).toEqual([start, end]);
  });

  it('prints the ids behind the text without --json', async () => {
    const { stdout } = await runCli(['tokenize', 'a dog']);
    expect(stdout).toMatch(/^a dog: \d+( \d+)+\n$/);
  });
});
