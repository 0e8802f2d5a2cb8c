import { table } from '../../../terminal/columns.ts';
import type { ListedModel } from './model-list.ts';

/** Models as the terminal shows them. */
export function humanLines(models: readonly ListedModel[]): string[] {
  return table(
    ['NAME', 'DIGEST', 'SIZE', 'EMBEDDING', 'FILES', 'LICENCE', 'PATH'],
    models.map((model) => [
      model.name,
      model.digest,
      `${(model.sizeBytes / 1e6).toFixed(1)} MB`,
      String(model.embeddingSize),
      model.verified ? 'verified' : model.faults.join('; '),
      model.licence,
      model.path,
    ]),
  );
}
