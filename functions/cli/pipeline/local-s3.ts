import type { S3Options } from '../../adapters/aws/s3.ts';
import { readLocalCredentials } from '../../config.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';

/** How the local pipeline's S3 endpoint is asked. */
export function localS3(endpoint: string): S3Options {
  return {
    endpoint,
    region: LOCAL_PIPELINE.region,
    credentials: readLocalCredentials(),
    forcePathStyle: true,
  };
}
