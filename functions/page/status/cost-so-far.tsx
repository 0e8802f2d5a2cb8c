import { estimateCost, estimatedMilliseconds } from '../../core/cost/cost.ts';
import { numberText } from '../model/texts.ts';

/** As `cliptag cost` takes them unless it is told others. */
const ASSUMED = {
  tags: 5,
  architecture: 'arm64',
  memoryMegabytes: 2_048,
  batchSize: 10,
  events: false,
  indexedDimensions: 0,
  objectTags: 0,
} as const;
const MODEL = 'vit-b-32-256-datacomp';
const MEGAPIXELS = 2;

/** What so many pictures would have cost in an AWS account, beside what Rekognition asks for as many. */
export function CostSoFar({ images }: { images: number }) {
  const millisecondsPerImage = estimatedMilliseconds(MODEL, { ...ASSUMED, megapixels: MEGAPIXELS });
  const { onceDollars, elsewhere } = estimateCost({ ...ASSUMED, images, millisecondsPerImage });
  const most = Math.max(elsewhere.rekognition, onceDollars, Number.MIN_VALUE);
  return (
    <section class="card cost">
      <h2>{numberText(images)} pictures, in an AWS account</h2>
      <Price name="Cliptag" dollars={onceDollars} share={onceDollars / most} />
      <Price
        name="Amazon Rekognition labels"
        dollars={elsewhere.rekognition}
        share={elsewhere.rekognition / most}
      />
      <p class="soft">
        An estimate for a full-size model, without storing the pictures;{' '}
        <code>npx cliptag cost --images {images}</code> tells all it assumes. On this machine it has cost
        nothing.
      </p>
    </section>
  );
}

function Price({ name, dollars, share }: { name: string; dollars: number; share: number }) {
  return (
    <p class="price">
      <span>{name}</span>
      <b>${dollars < 1 ? dollars.toFixed(4) : dollars.toFixed(2)}</b>
      <span class="track" aria-hidden="true">
        <span style={{ width: `${Math.max(1, share * 100)}%` }} />
      </span>
    </p>
  );
}
