import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import type { UploadQueue } from '../upload-queue.ts';

/** The parts of a tagger that alarms and the dashboard look at. */
export interface WatchedParts {
  readonly function: LambdaFunction;
  readonly uploadQueue: UploadQueue;
  readonly table: Table;
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  /** Whether results are told besides the table, which may fail. */
  readonly tellsResults: boolean;
}
