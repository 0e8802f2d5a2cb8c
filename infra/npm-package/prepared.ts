import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedClassifier } from '../../functions/adapters/files/classifier-cache.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';

/** Writes every label set that is shipped as JSON, and its classifier for the embedded model. */
export async function prepareClassifiers(folder: string): Promise<void> {
  const textEncoder = onnxTextEncoder(await readModel(packagePath('models', 'embedded')));
  await mkdir(join(folder, 'labels'), { recursive: true });
  for (const labelSet of await readLabelSets([packagePath('models', 'labels')])) {
    await writeFile(join(folder, 'labels', `${labelSet.name}.json`), JSON.stringify(labelSet));
    await cachedClassifier(labelSet, textEncoder, join(folder, 'classifiers'));
  }
  await textEncoder.close();
}
