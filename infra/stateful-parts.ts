import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TagTable } from './constructs/tag-table.ts';
import { UploadQueue } from './constructs/upload-queue.ts';
import type { TaggerOptions } from './options/tagger-options.ts';

/** What the stack calls its tagger: the names that CloudFormation gives begin with it. */
export const TAGGER_ID = 'Tagger';

export interface StatefulParts {
  readonly tagTable: TagTable;
  readonly uploadQueue: UploadQueue;
}

export type StatefulOptions = Pick<
  TaggerOptions,
  'tableDeletionProtection' | 'functionTimeoutSeconds' | 'maxReceiveCount'
> & { readonly encryptionKey?: IKey | undefined };

/** Adds the parts of a tagger that hold state: the table and the queues. */
export function statefulParts(tagger: Construct, options: StatefulOptions): StatefulParts {
  return {
    tagTable: new TagTable(tagger, 'TagTable', {
      deletionProtection: options.tableDeletionProtection,
      encryptionKey: options.encryptionKey,
    }),
    uploadQueue: new UploadQueue(tagger, 'UploadQueue', {
      functionTimeout: Duration.seconds(options.functionTimeoutSeconds),
      maxReceiveCount: options.maxReceiveCount,
    }),
  };
}
