import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { addStatefulParts } from './stateful-parts.ts';

export interface ImageTaggingStackProps extends StackProps {
  readonly settings: Settings;
}

/** Everything that tags the images of one account and region. */
export class ImageTaggingStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageTaggingStackProps) {
    super(scope, id, props);
    const { tagTable, uploadQueue } = addStatefulParts(this, props.settings);
    new CfnOutput(this, 'TagTableName', { value: tagTable.table.tableName });
    new CfnOutput(this, 'UploadQueueUrl', { value: uploadQueue.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: uploadQueue.deadLetterQueue.queueUrl });
  }
}
