import { calibratedFit } from '../../../functions/core/calibration/calibrated-fit.ts';
import { classifierOf } from '../../../functions/core/labels/classifier.ts';
import { parseLabelSet } from '../../../functions/core/labels/label-set.ts';

const [PICTURES, LABELS, SIZE] = [100_000, 600, 512];

/** Processor time of calibrating 600 labels on 100,000 pictures of 512 dimensions. */
export function timeFigures(): void {
  const values = unitRows(PICTURES, 1);
  const labelSet = parseLabelSet(
    {
      ...{ name: 'things', version: 1, mode: 'independent' },
      labels: Array.from({ length: LABELS }, (_, i) => `label ${i}`),
    },
    'things',
  );
  const model = { modelDigest: 'synthetic', logitScale: 100 };
  const classifier = classifierOf(
    labelSet,
    { labelRows: unitRows(LABELS, 2), contrastRows: unitRows(3, 3) },
    model,
  );
  const collection = { modelDigest: 'synthetic', count: PICTURES, size: SIZE, values };
  const [began, processor] = [performance.now(), process.cpuUsage()];
  calibratedFit({ labelSet, classifier, collection, now: new Date(0) });
  const { user, system } = process.cpuUsage(processor);
  const megabytes = process.memoryUsage().rss / 1e6;
  console.log(
    `${LABELS} labels on ${PICTURES} pictures of ${SIZE} dimensions: ${((user + system) / 1e6).toFixed(1)} s of processor time, ${((performance.now() - began) / 1_000).toFixed(1)} s by the clock, ${megabytes.toFixed(0)} MB in all`,
  );
}

/** Pictures lie near one another, as those of a model do. */
function unitRows(count: number, seed: number): Float32Array {
  const values = new Float32Array(count * SIZE);
  let state = seed;
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let i = 0; i < SIZE; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      const value = state / 2 ** 31 + (i === 0 ? 1 : 0);
      values[row * SIZE + i] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let i = 0; i < SIZE; i++) values[row * SIZE + i] = (values[row * SIZE + i] ?? 0) / length;
  }
  return values;
}
