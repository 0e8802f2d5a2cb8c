import fc from 'fast-check';
import { type Classifier, classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import {
  type LabelSet,
  noneOfThesePromptsDigest,
  parseLabelSet,
  promptsDigest,
} from '../../../../functions/core/labels/label-set.ts';
import type { LabelFit, LabelSetFit } from '../../../../functions/core/labels/label-set-fit.ts';
import { stacked, vectorsOf } from '../vectors.ts';

export const MODEL = 'model-a';
export const SIZE = 6;
export const LABELS = ['cat', 'tabby', 'dog', 'car', 'lorry', 'sky', 'constructor'];
export const LOGIT_SCALE = 10;

/** A label set with words and a fit of whatever numbers, as a test varies it. */
export interface Given {
  readonly mode: 'exclusive' | 'independent';
  readonly logitBias?: number | undefined;
  readonly rows: readonly Float32Array[];
  readonly contrasts: readonly Float32Array[];
  readonly minimumScore: number;
  readonly parents: readonly (string | undefined)[];
  readonly ownThresholds: readonly (number | undefined)[];
  readonly fits: readonly (Omit<LabelFit, 'promptsDigest'> | undefined)[];
  readonly unknownLogit?: number | undefined;
  readonly noneOfThese?: { readonly slope: number; readonly offset: number } | undefined;
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const each = <Value>(value: fc.Arbitrary<Value>) =>
  fc.array(value, { minLength: LABELS.length, maxLength: LABELS.length });
const orNone = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Steep ones, flat ones, steps, and the ends of what is allowed. */
export const givenCurve = fc
  .array(fc.tuple(fc.oneof(number(-20, 20), number(-1e9, 1e9)), number(0, 1)), { minLength: 2, maxLength: 8 })
  .map((points) => {
    const ascending = (values: number[]) => values.sort((a, b) => a - b);
    const probabilities = ascending(points.map(([, y]) => y));
    return ascending(points.map(([x]) => x)).map((x, i): [number, number] => [x, probabilities[i]!]);
  });

export const givenFit: fc.Arbitrary<Given> = fc.record({
  mode: fc.constantFrom('exclusive', 'independent'),
  logitBias: orNone(number(-12, 0)),
  rows: vectorsOf(SIZE, LABELS.length),
  contrasts: fc.nat(2).chain((count) => vectorsOf(SIZE, count)),
  minimumScore: number(0, 1),
  // A parent that is listed itself, one that is not, or none.
  parents: each(fc.constantFrom(undefined, 'dog', 'vehicle')),
  ownThresholds: each(orNone(number(0, 1))),
  fits: each(
    orNone(
      fc.record(
        {
          slope: fc.oneof(number(0, 200), number(0, 1e9)),
          offset: fc.oneof(number(-60, 60), number(-1e9, 1e9)),
          curve: givenCurve,
          threshold: number(0, 1),
          direction: vectorsOf(SIZE, 1).map(([vector]) => directionText(vector!)),
        },
        { requiredKeys: ['slope', 'offset'] },
      ),
    ),
  ),
  unknownLogit: orNone(number(-60, 60)),
  noneOfThese: orNone(fc.record({ slope: number(0, 200), offset: number(-60, 60) })),
});

/** A vector that is no direction becomes one. */
export function directionText(vector: Float32Array): string {
  const some = vector.some((value) => Math.abs(value) > 0.01) ? vector : vector.map(() => 1);
  const bytes = Buffer.alloc(2 * some.length);
  // Of float16, the sign and ones between 1 and 2: nothing here depends on more.
  for (const [i, value] of normalised(some).entries()) {
    bytes.writeUInt16LE((value < 0 ? 0x8000 : 0) | 0x3c00 | Math.round(Math.abs(value) * 1023), 2 * i);
  }
  return bytes.toString('base64');
}

export function labelSetOf(given: Given, order: readonly number[] = [...LABELS.keys()]): LabelSet {
  const { mode, minimumScore, parents, ownThresholds } = given;
  const labels = order.map((i) => ({
    name: LABELS[i]!,
    parent: LABELS[i] === 'dog' ? undefined : parents[i],
    threshold: ownThresholds[i],
  }));
  const words = { name: 'things', version: 1, mode, labels, minimumScore, topK: 100 };
  const none = mode === 'exclusive' && given.contrasts.length > 0 ? { noneOfThese: ['nothing'] } : {};
  return parseLabelSet({ ...words, ...none }, 'things');
}

export function fitFor(labelSet: LabelSet, { fits, unknownLogit, noneOfThese }: Given): LabelSetFit {
  const labels = labelSet.labels.flatMap((label) => {
    const fit = fits[LABELS.indexOf(label.name)];
    return fit ? [[label.name, { promptsDigest: promptsDigest(labelSet, label), ...fit }] as const] : [];
  });
  return {
    version: 1,
    fittedAt: '2026-11-30T12:00:00.000Z',
    labels: Object.fromEntries(labels),
    unknownLogit,
    noneOfThese: noneOfThese && { ...noneOfThese, promptsDigest: noneOfThesePromptsDigest(labelSet) },
  };
}

/** @param fit none where it is undefined @default the given one */
export function classifierFor(
  given: Given,
  { order = [...LABELS.keys()], fit = true }: { order?: readonly number[]; fit?: boolean } = {},
): Classifier {
  const labelSet = labelSetOf(given, order);
  const fits = fit ? { [MODEL]: fitFor(labelSet, given) } : undefined;
  const rows = {
    labelRows: stacked(order.map((i) => given.rows[i]!)),
    contrastRows: stacked(given.mode === 'exclusive' ? given.contrasts.slice(0, 1) : given.contrasts),
  };
  const { logitBias } = given;
  const model = {
    modelDigest: MODEL,
    logitScale: LOGIT_SCALE,
    ...(logitBias !== undefined && { logitBias }),
  };
  return classifierOf({ ...labelSet, fits }, rows, model);
}
