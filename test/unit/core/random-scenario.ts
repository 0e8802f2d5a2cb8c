import fc from 'fast-check';
import type { CorrectionChange } from '../../../functions/core/records/changed-corrections.ts';
import type { LabelQuery } from '../../../functions/core/records/find-images.ts';
import { CONTENT_COUNT, EVERY_LABEL, TAGGER_NAMES } from './fake-taggers.ts';
import type { BucketChange } from './in-memory-bucket.ts';
import type { Delivery, Scenario } from './in-memory-world.ts';
import type { Fault } from './tagging-run.ts';

export interface ScenarioKind {
  /** Whether runs are cut short, to be redelivered. */
  readonly faults: boolean;
  /** Whether deliveries meet taggers with different models and label sets, as during a deployment. */
  readonly deployments: boolean;
  /** Whether all images are retagged meanwhile, with one label set or another. @default false */
  readonly retags?: boolean;
  /** Whether labels of images are corrected meanwhile. @default false */
  readonly corrections?: boolean;
  /** Whether objects existed before events were sent, and the bucket is listed to have them tagged. @default false */
  readonly listings?: boolean;
}

/** S3's limit; with the score before it, such a key is longer than a sort key may be. */
const MAXIMUM_KEY_BYTES = 1024;
const longKey = (end: string) => 'trips/'.padEnd(MAXIMUM_KEY_BYTES - end.length, 'long ') + end;

/** Keys with characters that notifications encode, ones that a second label set applies to, and ones as long as can be. */
const KEYS = ['summer & more.jpg', 'trips/ü 1.jpg', longKey('1'), longKey('2'), 'trips/\u{1F600}/+%2B.jpg'];

/** Writes that a replica may be behind: those of a whole image and more. */
const MAXIMUM_LAG = 12;

const oneIn = (count: number) => fc.nat(count - 1).map((number) => number === 0);

export function randomScenario(kind: ScenarioKind): fc.Arbitrary<Scenario> {
  const changes = fc.array(
    fc.record({
      pause: fc.nat(12),
      isMuchLater: kind.faults ? oneIn(4) : fc.constant(false),
      change: randomChange,
      deliveries: fc.array(randomDelivery(kind), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: kind.listings ? 0 : 1, maxLength: 4 },
  );
  const unheard = kind.listings
    ? fc.option(fc.nat(CONTENT_COUNT - 1), { nil: undefined })
    : fc.constant(undefined);
  const objectsUpTo = (maxLength: number) =>
    fc.uniqueArray(fc.record({ key: fc.constantFrom(...KEYS), unheard, changes }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength,
    });
  // Few objects let most runs meet at one of them.
  const objects = fc.oneof(
    { weight: 3, arbitrary: objectsUpTo(2) },
    { weight: 1, arbitrary: objectsUpTo(KEYS.length) },
  );
  const listing = fc.record({
    pause: fc.nat(20),
    deliveries: fc.array(randomDelivery(kind), { minLength: 1, maxLength: 2 }),
  });
  const retags = fc.array(randomDelivery({ ...kind, deployments: true }, 30), { minLength: 1, maxLength: 2 });
  const correction = fc.record({
    key: fc.constantFrom(...KEYS.slice(0, 2)),
    change: randomCorrection,
    delivery: randomDelivery(kind, 30),
  });
  return fc.record({
    versioned: fc.boolean(),
    objects,
    retags: kind.retags ? retags : fc.constant([]),
    corrections: kind.corrections ? fc.array(correction, { minLength: 1, maxLength: 4 }) : fc.constant([]),
    listings: kind.listings ? fc.array(listing, { minLength: 1, maxLength: 2 }) : fc.constant([]),
    queries: fc.array(randomQuery, { maxLength: 2 }),
    lags: fc.array(fc.nat(MAXIMUM_LAG), { maxLength: 5 }),
  });
}

const randomChange: fc.Arbitrary<BucketChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), content: fc.nat(CONTENT_COUNT - 1) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete-version'), age: fc.nat(2) }) },
);

/** Few labels, so that corrections meet each other and the model's tags. */
const randomCorrection: fc.Arbitrary<CorrectionChange> = fc
  .uniqueArray(
    fc.record({
      label: fc.constantFrom(...EVERY_LABEL),
      word: fc.constantFrom('add', 'remove', 'clear'),
      parents: fc.constantFrom([], [], ['pet']),
    }),
    { selector: ({ label }) => `${label.set}#${label.label}`, minLength: 1, maxLength: 3 },
  )
  .map((said) => {
    const of = (wanted: string) => said.filter(({ word }) => word === wanted);
    return {
      add: of('add').map(({ label, parents }) => ({
        ...label,
        parents: label.set === 'things' ? parents : [],
      })),
      remove: of('remove').map(({ label }) => label),
      clear: of('clear').map(({ label }) => label),
    };
  });

function randomDelivery({ faults, deployments }: ScenarioKind, maximumDelay = 8): fc.Arbitrary<Delivery> {
  const tagger = deployments ? fc.constantFrom(...TAGGER_NAMES) : fc.constant('first' as const);
  const attempt = fc.record({ tagger, fault: randomFault });
  return fc.record({
    delay: fc.nat(maximumDelay),
    process: faults ? fc.option(fc.nat(1), { nil: undefined }) : fc.constant(undefined),
    attempts: faults ? fc.array(attempt, { maxLength: 2 }) : fc.constant([]),
    lastTagger: tagger,
  });
}

const randomFault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('crash' as const) },
    { weight: 1, arbitrary: fc.constantFrom('refused', 'answer-lost', 'late' as const) },
    { weight: 2, arbitrary: fc.constantFrom('repeated', 'repeated-late', 'read-failed' as const) },
  ),
  at: fc.nat(9),
});

const randomQuery = fc.record({
  delay: fc.nat(20),
  failsAt: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
  query: fc.record({
    labels: fc.uniqueArray(fc.constantFrom(...EVERY_LABEL), { minLength: 1, maxLength: 2 }),
    match: fc.constantFrom('all', 'any'),
    not: fc.array(fc.constantFrom(...EVERY_LABEL), { maxLength: 1 }),
    minimumScore: fc.constantFrom(0, 0.7, 0.85),
    prefix: fc.constantFrom(undefined, 'trips/'),
  }) satisfies fc.Arbitrary<LabelQuery>,
});
