import { join } from 'node:path';
import { packagePath } from '../adapters/files/package-folder.ts';
import { MODELS_FOLDER } from '../tagger/model-places.ts';

/** Where `models pull` puts what it downloads, unless told otherwise. */
export const CHECKPOINTS_FOLDER = join(MODELS_FOLDER, 'checkpoints');
/** Photographs that come with the project. */
export const SAMPLES_FOLDER = packagePath('functions', 'local', 'samples');

/** Where the local pipeline answers, unless it was started otherwise, and what things are called there. */
export const LOCAL_PIPELINE = {
  s3Port: 9000,
  dynamodbPort: 8000,
  httpPort: 3000,
  /** Any will do: it has only one. */
  region: 'us-east-1',
  table: 'cliptag',
  bucket: 'photos',
} as const;
