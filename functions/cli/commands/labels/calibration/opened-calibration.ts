import { dirname } from 'node:path';
import type { LabelSetFile } from '../../../../adapters/files/label-set-files.ts';
import { type CalibratedFit, calibratedFit } from '../../../../core/calibration/calibrated-fit.ts';
import { type Classifier, classifierOf } from '../../../../core/labels/classifier.ts';
import { appliesTo, type LabelSet } from '../../../../core/labels/label-set.ts';
import { noStoredImages, type StoredImages, storedImages } from '../../../../core/records/stored-images.ts';
import type { ScannableTable } from '../../../../core/records/tag-table.ts';
import { LOCAL_PIPELINE } from '../../../../local/control-api/local-pipeline.ts';
import { type ModelParts, openModel } from '../../../../tagger/model-parts.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { withCount } from '../../../../terminal/progress.ts';
import { labelledBySources } from '../../../labels/label-sources.ts';
import { labelsAtHand } from '../../../labels/labels-at-hand.ts';
import { modelOfImages } from '../../../labels/model-of-images.ts';
import { namedLabelSet } from '../../../labels/named-label-set.ts';
import { requireBucket } from '../../../pipeline/known-bucket.ts';
import { type TablePlace, tablePlace } from '../../../pipeline/table-flags.ts';
import { askTable } from '../../../pipeline/tag-table.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';

/** A label set that was calibrated, and what it was calibrated by; nothing is written yet. */
export interface OpenedCalibration extends CalibratedFit {
  readonly file: LabelSetFile;
  /** The label set as it was, and with the new fit. */
  readonly before: Classifier;
  readonly after: Classifier;
  /** Without any fit; undefined where no label was learned. */
  readonly words: Classifier | undefined;
  readonly stored: StoredImages;
  readonly model: ModelParts['identity'];
  /** Undefined with `--no-collection`. */
  readonly place: TablePlace | undefined;
  readonly httpPort: number;
}

/**
 * Reads a label set and the pictures, and finds what makes its scores probabilities.
 *
 * @throws {UsageError} for a label set or a source of pictures that is not there
 * @throws {CliptagError} `no-pipeline`, `no-table` and what else {@link askTable} says; `no-model`
 */
export async function openedCalibration(
  set: string,
  flags: CalibrateFlags,
  remark: (text: string) => void,
): Promise<OpenedCalibration> {
  const httpPort = Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort);
  const place = flags['no-collection'] ? undefined : await tablePlace(flags);
  const file = await namedLabelSet(set, await labelsAtHand(flags.labels, place, httpPort), remark);
  const { labelSet } = file;
  const { model, stored } = place
    ? await askTable(place, (table) => collectionIn(table, labelSet, flags))
    : await noCollection(flags.model);
  try {
    if (place && stored.names.length === 0) await requireBucket(flags.bucket, place, flags);
    const { modelDigest } = model.identity;
    for (const text of foreignRemarks(stored.foreign, modelDigest)) remark(text);
    const [before] = await model.classifiersOf([labelSet], remark);
    if (!before) throw new Error('Expected a classifier of the label set');
    const labelled = await labelledBySources(flags.from ?? [], {
      ...{ labelSet, model, stored, remark },
      folder: dirname(file.path),
    });
    const found = calibratedFit({
      ...{
        labelSet,
        classifier: before,
        collection: stored.embeddings,
        collectionNames: stored.names,
        background: await model.background(),
        labelled,
      },
      precision: flags.precision === undefined ? undefined : Number(flags.precision),
      now: new Date(),
    });
    const fits = { ...labelSet.fits, [modelDigest]: found.fit };
    const after = classifierOf({ ...labelSet, fits }, before, before);
    const words = isLearned(found.fit) ? await wordsOf(labelSet, model, remark) : undefined;
    return { ...found, file, before, after, words, stored, model: model.identity, place, httpPort };
  } finally {
    await model.close();
  }
}

async function collectionIn(table: ScannableTable, labelSet: LabelSet, flags: CalibrateFlags) {
  const model = await modelOfImages(flags.model, table);
  const scope = { bucket: flags.bucket, prefix: flags.prefix };
  const isWanted = (image: { readonly bucket: string; readonly key: string }) => appliesTo(labelSet, image);
  const stored = await withCount('Images read', (onProgress) =>
    storedImages(table, model.identity.modelDigest, { scope, isWanted, onProgress }),
  );
  return { model, stored };
}

function isLearned({ labels }: CalibratedFit['fit']): boolean {
  return Object.values(labels).some(({ direction }) => direction !== undefined);
}

async function wordsOf(
  { fits: _, ...words }: LabelSet,
  model: ModelParts,
  remark: (text: string) => void,
): Promise<Classifier | undefined> {
  const [classifier] = await model.classifiersOf([words], remark);
  return classifier;
}

async function noCollection(named: string | undefined) {
  const model = await openModel(named);
  return { model, stored: noStoredImages(model.identity.modelDigest) };
}

function foreignRemarks(foreign: StoredImages['foreign'], modelDigest: string): readonly string[] {
  return Object.entries(foreign).map(([digest, count]) => {
    const what = digest === '' ? 'no embedding' : `an embedding of model ${digest}`;
    return `${countText(count)} images have ${what} and do not count: calibrated is for model ${modelDigest}`;
  });
}
