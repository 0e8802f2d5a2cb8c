import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from './support/cli-process.ts';

interface EmbeddingLine {
  readonly path?: string;
  readonly text?: string;
  readonly model: string;
  readonly modelDigest: string;
  readonly embedding: readonly number[];
}

const sample = fileURLToPath(new URL('../../functions/local/samples/coffee.png', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-embed-'));
});
afterAll(() => rm(folder, { recursive: true }));

const dot = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('cliptag embed', () => {
  it('prints unit embeddings of one model, images first, each in the order given', async () => {
    const result = await runCli(['embed', '--text', 'a cup', sample, '--json', '--text', '', sample]);
    const lines = jsonLines<EmbeddingLine>(result);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(lines.map(({ path, text }) => path ?? text)).toEqual([sample, sample, 'a cup', '']);
    expect(new Set(lines.map(({ model }) => model)).size).toBe(1);
    for (const { embedding } of lines) expect(dot(embedding, embedding)).toBeCloseTo(1, 6);
    expect(dot(lines[0]?.embedding, lines[1]?.embedding)).toBeCloseTo(1, 4);
  });

  it('takes a thousand texts, and gives each the embedding that it has alone', async () => {
    const texts = Array.from({ length: 1_000 }, (_, i) => `a photo of ${'very '.repeat(i % 5)}thing ${i}`);
    const all = jsonLines<EmbeddingLine>(
      await runCli(['embed', '--json', ...texts.flatMap((text) => ['--text', text])]),
    );
    expect(all.map(({ text }) => text)).toEqual(texts);
    const [alone] = jsonLines<EmbeddingLine>(await runCli(['embed', '--json', '--text', texts[777] ?? '']));
    expect(dot(alone?.embedding, all[777]?.embedding)).toBeGreaterThan(0.9999);
  });

  it('gives a broken image a reason in place of an embedding, and exit code 1', async () => {
    const broken = join(folder, 'broken.png');
    await writeFile(broken, 'no image');
    const result = await runCli(['embed', '--json', broken, sample]);
    const [first, second] = jsonLines<EmbeddingLine>(result);
    expect(result.code).toBe(1);
    expect(first).toEqual({
      path: broken,
      model: 'embedded',
      modelDigest: second?.modelDigest,
      status: 'failed',
      reason: expect.stringMatching(/^Expected a JPEG/),
    });
    expect(second?.path).toBe(sample);
  });

  it('says so, with exit code 1, when a folder holds no images', async () => {
    await mkdir(join(folder, 'nothing'));
    const result = await runCli(['embed', 'nothing'], { cwd: folder });
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: 'cliptag embed: there are no images in nothing\n',
    });
  });

  it('prints the beginning of an embedding for people', async () => {
    const { stdout } = await runCli(['embed', '--text', 'a cup']);
    expect(stdout).toMatch(/^"a cup": \[(-?0\.\d{4}, ){4}…\] \(\d+ numbers; all with --json\)\n$/);
  });
});
