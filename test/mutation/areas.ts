/** A part of the program whose tests are tried by mutants: what is changed, and which tests have to notice. */
export interface MutationArea {
  readonly mutate: readonly string[];
  /** Quick ones, beside what they test. Property tests are left out: what only they notice is noticed too late. */
  readonly tests: readonly string[];
  /** Lowest percentage of mutants that the tests notice. */
  readonly minimumScore: number;
  /** Leaves out what a module makes when it is loaded, for which every test of the area would run. @default true */
  readonly ignoreStatic?: boolean;
  /** Tests that need the programs of `test/compiled-programs.ts`. @default false */
  readonly needsPrograms?: boolean;
}

const STRICT = 85;
const USUAL = 70;

/** A folder of core, with the unit tests that mirror it. */
function coreArea(folder: string, minimumScore = USUAL): MutationArea {
  return {
    mutate: [`functions/core/${folder}/**/*.ts`, '!**/*.d.ts', '!**/kernel-bytes.ts'],
    tests: [`test/unit/core/${folder}/**/*.test.ts`],
    minimumScore,
    ignoreStatic: false,
  };
}

const integration = (...names: string[]) => names.map((name) => `test/integration/${name}.test.ts`);

/** Each by itself, for a run of all takes hours. */
export const MUTATION_AREAS: Readonly<Record<string, MutationArea>> = {
  records: coreArea('records', STRICT),
  tagging: coreArea('tagging', STRICT),
  core: {
    // Texts alone are in error-codes.ts.
    mutate: ['functions/core/*.ts', '!**/error-codes.ts'],
    tests: ['test/unit/core/*.test.ts', 'test/unit/core/objects/**/*.test.ts'],
    minimumScore: USUAL,
    ignoreStatic: false,
  },
  objects: coreArea('objects'),
  labels: coreArea('labels'),
  calibration: {
    ...coreArea('calibration'),
    // Two models on a thousand pictures each take seconds, for every mutant.
    tests: ['test/unit/core/calibration/!(two-models).test.ts'],
  },
  learning: coreArea('learning'),
  explanation: coreArea('explanation'),
  pixels: coreArea('pixels'),
  formats: coreArea('formats'),
  scoring: coreArea('scoring'),
  retag: coreArea('retag'),
  results: coreArea('results'),
  backfill: coreArea('backfill'),
  evaluation: coreArea('evaluation'),
  cost: coreArea('cost'),
  aws: {
    mutate: ['functions/adapters/aws/**/*.ts'],
    tests: [
      'test/unit/adapters/aws/**/*.test.ts',
      ...integration('sqs-sender', 's3-object-store', 'object-tags'),
    ],
    minimumScore: USUAL,
  },
  files: {
    mutate: ['functions/adapters/files/**/*.ts'],
    tests: integration('label-set-files', 'model-folder', 'classifier-cache'),
    minimumScore: USUAL,
  },
  onnx: {
    mutate: ['functions/adapters/onnx/**/*.ts'],
    tests: ['test/unit/adapters/onnx/**/*.test.ts', ...integration('onnxruntime', 'tokenizer', 'ready-onnx')],
    minimumScore: USUAL,
  },
  sharp: {
    mutate: ['functions/adapters/{sandbox,sharp,wasm}/**/*.ts'],
    tests: integration(
      ...['sharp-colour', 'sharp-drawing', 'sharp-limits', 'sharp-orientation', 'sharp-slots'],
      ...['sharp-thumbnail', 'decoded-thumbnail', 'sharp-truncation', 'heic', 'jxl', 'avif-sequence'],
    ),
    minimumScore: USUAL,
  },
  queue: {
    mutate: ['functions/local/{queue,store}/**/*.ts'],
    tests: [
      'test/unit/local/{queue,store}/**/*.test.ts',
      ...integration('queue', 'queue-races', 'event-source-mapping'),
    ],
    minimumScore: USUAL,
    needsPrograms: true,
  },
  repair: {
    mutate: ['functions/local/repair/**/*.ts'],
    tests: ['test/unit/local/repair/**/*.test.ts', ...integration('repair')],
    minimumScore: USUAL,
  },
  dynamodb: {
    // What runs on a thread of its own takes no mutants: the engine's thread, which is a few lines.
    mutate: ['functions/local/dynamodb/**/*.{ts,mjs}', '!**/*.d.{ts,mts}', '!**/engine-worker.mjs'],
    tests: ['test/unit/local/dynamodb/**/*.test.ts', ...integration('dynamodb-endpoint', 'dynamodb-engine')],
    minimumScore: USUAL,
    needsPrograms: true,
  },
  http: {
    mutate: ['functions/local/http/**/*.ts'],
    tests: ['test/unit/local/http/**/*.test.ts', ...integration('s3-endpoint-requests')],
    minimumScore: USUAL,
  },
  s3: {
    mutate: ['functions/local/s3-endpoint/**/*.ts'],
    tests: [
      'test/unit/local/{http,s3-endpoint}/**/*.test.ts',
      ...integration(
        ...['s3-endpoint-buckets', 's3-endpoint-chunked', 's3-endpoint-cors', 's3-endpoint-guards'],
        ...[
          's3-endpoint-key-lock',
          's3-endpoint-listing',
          's3-endpoint-multipart',
          's3-endpoint-notifications',
        ],
        ...['s3-endpoint-objects', 's3-endpoint-requests'],
      ),
    ],
    minimumScore: USUAL,
  },
};
