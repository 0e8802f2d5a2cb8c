import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { checkpointFolder, compiled } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

describe('cliptag models background', () => {
  it('puts pictures of a folder beside the files of a model', async () => {
    const { folder } = await checkpointFolder(CHECKPOINT_SHAPES.tiny);
    const model = await compiled(folder);
    const pictures = await temporaryFolder();
    await mkdir(join(pictures, 'cat'));
    await mkdir(join(pictures, 'drink'));
    await cp('functions/local/samples/chelsea.png', join(pictures, 'cat', 'chelsea.png'));
    await cp('functions/local/samples/coffee.png', join(pictures, 'drink', 'coffee.png'));
    const result = await runCli(['models', 'background', model.folder, pictures, '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(result)[0]).toMatchObject({ digest: model.digest, pictures: 2, labels: 2, broken: [] });
    expect((await readModel(model.folder)).manifest.background).toMatchObject({ pictures: 2 });
  });

  it.each<[string[], RegExp]>([
    [['embedded'], /expected a NAME or FOLDER of a model and a folder of PICTURES but received "embedded"/],
    [['embedded', 'no-such-folder'], /no such file or folder: no-such-folder/],
    [['embedded', '.', '--pictures', '0'], /--pictures: expected a whole number from 1 up/],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stderr } = await runCli(['models', 'background', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
