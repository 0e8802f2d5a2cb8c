import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { checkpointFolder } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

describe('cliptag models compile', () => {
  it('makes a model that the other commands take', async () => {
    const { folder } = await checkpointFolder(CHECKPOINT_SHAPES.tiny);
    const out = join(await temporaryFolder(), 'mine');
    const result = await runCli(['models', 'compile', folder, '--out', out, '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [answer] = jsonLines(result);
    expect(answer).toMatchObject({ name: 'mine', precision: 'int8', licence: 'unknown', folder: out });
    const embedded = await runCli(['embed', '--text', 'cat', '--model', out, '--json']);
    expect(jsonLines(embedded)[0]).toMatchObject({ modelDigest: (answer as { digest: string }).digest });
  });

  it('rejects an empty folder and says what it expected, with exit code 2', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    const { code, stderr } = await runCli(['models', 'compile', folder, '--out', out]);
    expect(stderr).toMatch(/Expected a checkpoint \(open_clip_config\.json .* but found nothing/);
    expect(code).toBe(2);
  });

  it.each<[string[], RegExp]>([
    [[], /expected one FOLDER or NAME of a checkpoint but received nothing/],
    [['no-such-model'], /expected a folder but found neither no-such-model nor .*checkpoints.no-such-model/],
    [['x', '--precision', 'int4'], /--precision: expected int8 or fp32 but received "int4"/],
    [['x', '--logit-scale', 'x'], /--logit-scale: expected a number above 0/],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stderr } = await runCli(['models', 'compile', ...args]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  it('rejects putting a model in the place of the embedded one', async () => {
    const folder = join(await temporaryFolder(), 'embedded');
    await mkdir(folder);
    await writeFile(join(folder, 'config.json'), '{}');
    const { code, stderr } = await runCli(['models', 'compile', folder]);
    expect(stderr).toContain('"embedded" is the model that comes with the project');
    expect(code).toBe(2);
  });
});
