import { writeBackground } from '../../../adapters/files/model-background.ts';
import { type Model, readModel } from '../../../adapters/files/model-folder.ts';
import type { Background } from '../../../core/calibration/background.ts';
import { evenlyByLabel } from '../../../core/calibration/evenly-by-label.ts';
import { modelTemperature } from '../../../core/calibration/model-temperature.ts';
import { embeddingMatrix } from '../../../core/labels/embedding-matrix.ts';
import { type ModelParts, openModel } from '../../../tagger/model-parts.ts';
import { modelFolder } from '../../../tagger/model-places.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { namedFault, severalAtOnce } from '../../images/image-results.ts';
import { openPictureSet } from '../../picture-sets/open-picture-set.ts';
import type { LabelledPicture, PictureSet } from '../../picture-sets/picture-set.ts';

export interface BackgroundOptions {
  readonly model: string;
  /** Folder or manifest of labelled pictures. */
  readonly source: string;
  readonly split?: string | undefined;
  readonly pictures: number;
}

export interface MadeBackground {
  readonly model: Model;
  readonly background: Background;
  readonly labels: number;
  readonly broken: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

/**
 * Embeds pictures of as many labels as there are, evenly, and puts them beside the model's files.
 *
 * @throws {UsageError} for a source without labelled pictures, or where not one of them can be read
 */
export async function makeBackground(options: BackgroundOptions): Promise<MadeBackground> {
  const folder = modelFolder(options.model);
  const model = await readModel(folder);
  const pictureSet = await openPictureSet(options.source, { split: options.split });
  try {
    const all = pictureSet.pictures;
    const chosen = evenlyByLabel(all.map(ownLabel), options.pictures).flatMap((place) => all[place] ?? []);
    const parts = await openModel(folder);
    try {
      const { rows, embedded, broken } = await embeddedPictures(chosen, parts);
      if (rows.length === 0)
        throw new UsageError([`expected pictures in ${options.source} but could read none`]);
      const pictures = embeddingMatrix(model.digest, rows);
      const words = await wordsOf(pictureSet, embedded, parts);
      const background = { ...pictures, temperature: rounded(modelTemperature(pictures, words)) };
      await writeBackground(model, background);
      return { model, background, labels: words.count, broken };
    } finally {
      await parts.close();
    }
  } finally {
    await pictureSet.close();
  }
}

/** More digits would say nothing. */
function rounded(temperature: number | undefined): number | undefined {
  return temperature && Number(temperature.toPrecision(4));
}

function ownLabel({ labels }: LabelledPicture): string {
  return labels[0] ?? '';
}

async function embeddedPictures(chosen: readonly LabelledPicture[], parts: ModelParts) {
  const rows: Float32Array[] = [];
  const embedded: LabelledPicture[] = [];
  const broken: { path: string; reason: string }[] = [];
  const { decoder, encoder } = await parts.imageReader();
  const embed = async (picture: LabelledPicture) => {
    try {
      const bytes = await picture.read();
      return { picture, ...(await encoder.encode(decoder.decode(bytes, encoder.pixelSpec))) };
    } catch (error) {
      return { picture, ...namedFault(error) };
    }
  };
  await withProgress(chosen.length, async ({ advance }) => {
    for await (const result of severalAtOnce(chosen, embed)) {
      if ('values' in result) {
        rows.push(result.values);
        embedded.push(result.picture);
      } else broken.push({ path: result.picture.name, reason: result.reason });
      advance();
    }
  });
  return { rows, embedded, broken };
}

/** What the pictures show, in the prompts of the data set, or else as photographs of it. */
async function wordsOf(
  { labels }: PictureSet,
  pictures: readonly LabelledPicture[],
  { textEncoder, identity: { modelDigest } }: ModelParts,
) {
  const shown = new Set(pictures.map(ownLabel));
  const prompts = labels.flatMap(({ label, word, phrase }) =>
    shown.has(label) ? [phrase ?? `a photo of a ${word}`] : [],
  );
  const texts = prompts.length === 0 ? [] : await textEncoder.encode(prompts);
  return embeddingMatrix(
    modelDigest,
    texts.map(({ values }) => values),
  );
}
