import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TagTable } from './constructs/tag-table.ts';
import { UploadQueue } from './constructs/upload-queue.ts';
import type { Settings } from './settings.ts';

export interface StatefulParts {
  readonly tagTable: TagTable;
  readonly uploadQueue: UploadQueue;
}

/**
 * Adds the parts that hold state: the table and the queues.
 *
 * They stand apart from the rest of the stack because local mode creates them too, from the very template that this
 * gives, and so must be able to synthesize them without the function's image and everything else.
 */
export function addStatefulParts(scope: Construct, settings: Settings): StatefulParts {
  return {
    tagTable: new TagTable(scope, 'TagTable', { deletionProtection: settings.tableDeletionProtection }),
    uploadQueue: new UploadQueue(scope, 'UploadQueue', {
      functionTimeout: Duration.seconds(settings.functionTimeoutSeconds),
      maxReceiveCount: settings.maxReceiveCount,
    }),
  };
}
