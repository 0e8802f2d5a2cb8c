import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Function as LambdaFunction, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { RetagEnvironmentVariables } from '../../../functions/config.ts';
import type { AnyTable } from '../../options/image-tagger-props.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { functionLogGroup } from '../compute/function-log-group.ts';
import { type FunctionNetwork, placed } from '../compute/function-network.ts';
import { imageFunction } from '../compute/image-function.ts';
import { logVariables } from '../compute/log-variables.ts';
import { shardVariables } from '../compute/shard-variables.ts';
import { addMapWorkflow } from './map-workflow.ts';
import { retagRole, retagWorkflowRole } from './retag-roles.ts';
import { RetagWorkflow, SEGMENT_MAP_LABEL } from './retag-workflow.ts';

/** One processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. Scoring uses one. */
const WORKER_MEMORY_MEGABYTES = 1_769;
/** Lambda's maximum: a segment takes as many calls as it needs. */
const WORKER_TIMEOUT = Duration.minutes(15);

export interface RetagProps {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  /** What the log is encrypted with. */
  readonly dataKey?: IKey | undefined;
  readonly network: FunctionNetwork;
}

/**
 * Tags all images anew from their stored embeddings, with the label sets of the tagging function: the same image with
 * another command. Costs nothing while nobody starts it.
 */
export class Retag extends Construct {
  readonly function: LambdaFunction;
  readonly workflow: StateMachine;

  constructor(scope: Construct, id: string, props: RetagProps) {
    super(scope, id);
    const { tracing, retagConcurrency } = props.options;
    this.function = this.worker(props);
    const role = retagWorkflowRole(this, this.function, tracing);
    const { definition } = new RetagWorkflow(this, 'Definition', {
      worker: this.function,
      segments: retagConcurrency,
    });
    this.workflow = addMapWorkflow(this, 'Workflow', {
      comment: 'Tags all images anew from their stored embeddings',
      definition,
      role,
      mapLabel: SEGMENT_MAP_LABEL,
      tracing,
    });
  }

  private worker(props: RetagProps): LambdaFunction {
    const { image, options, table } = props;
    const logGroup = functionLogGroup(this, props);
    return imageFunction(this, 'Worker', {
      ...{ image, options, module: 'retag' },
      description: 'Tags the images of a segment of the table anew, from their stored embeddings',
      role: retagRole(this, { ...props, logGroup }),
      environment: {
        TABLE_NAME: table.tableName,
        ...(options.vectorIndex && { VECTOR_INDEX: 'true' }),
        ...shardVariables(options),
        ...logVariables(options),
      } satisfies OwnVariables,
      memorySize: WORKER_MEMORY_MEGABYTES,
      timeout: WORKER_TIMEOUT,
      logGroup,
      ...placed(props.network),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
    });
  }
}

/** The image's own environment says where model and label sets are. */
type OwnVariables = Omit<RetagEnvironmentVariables, 'MODEL_FOLDER' | 'LABEL_SETS' | 'CLASSIFIER_FOLDER'>;
