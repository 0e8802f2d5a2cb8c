import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { TagTable } from './constructs/tag-table.ts';
import { UploadQueue } from './constructs/upload-queue.ts';
import type { TaggerOptions } from './tagger-options.ts';

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

/**
 * Adds the parts that hold state, the table and the queues, to a stack that has nothing else.
 *
 * They stand apart from the rest of the tagger because local mode creates them too, from the very template that this
 * gives, and so must be able to synthesize them without the function's image and everything else.
 */
export function addStatefulParts(scope: Construct, options: StatefulOptions): StatefulParts {
  return statefulParts(new Construct(scope, TAGGER_ID), options);
}

/** The parts that hold state, of the tagger which `tagger` is. */
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
