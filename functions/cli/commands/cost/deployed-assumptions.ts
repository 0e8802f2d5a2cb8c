import { estimatedMilliseconds } from '../../../core/cost/cost.ts';
import { ENCODE_MILLISECONDS } from '../../../core/cost/measured-usage.ts';
import { NEW_TABLE_WRITE_UNITS } from '../../../core/cost/throughput.ts';
import { awsError } from '../../pipeline/aws-error.ts';
import { type BackfillSettings, backfillSettings } from '../../pipeline/backfill-settings.ts';
import { type DeployedStack, deployedStack, outputOf } from '../../pipeline/deployed-stack.ts';
import { MEASURED_DAYS, type MeasuredTime, measuredTime } from '../../pipeline/measured-time.ts';
import type { CostAssumptions } from './cost-text.ts';
import { DEFAULTS } from './cost-time.ts';

type DeployedAssumptions = Omit<CostAssumptions, 'images' | 'tags' | 'pricesAsOf' | 'region'>;

/**
 * What a deployed stack says of itself: its settings by the definition of its backfill, its table's throughput by DynamoDB, its time
 * per image by CloudWatch, or estimated where it has tagged nothing lately.
 *
 * @throws {CliptagError} `no-stack`, `no-access`, `stack-fault`, `table-fault`
 */
export async function deployedAssumptions(
  stackName: string,
  region: string | undefined,
  tags: number,
): Promise<DeployedAssumptions> {
  const stack = await deployedStack(stackName, region);
  const [settings, writeUnits, measured] = await Promise.all([
    settingsOf(stack),
    tableWriteUnits(stack),
    measuredTime(stack),
  ]);
  const { memoryMegabytes, architecture, packaging, maximumConcurrency: concurrency } = settings;
  const { events, indexedDimensions, objectTags, shards } = settings;
  return {
    ...{ memoryMegabytes, architecture, concurrency, events, indexedDimensions, shards },
    ...timeOf(measured, settings, { stackName, tags }),
    objectTags: Math.min(tags, objectTags),
    tableWriteUnits: writeUnits ?? NEW_TABLE_WRITE_UNITS,
    deployed: {
      ...{ stack: stackName, packaging, concurrency, batchSize: settings.batchSize },
      tableWriteUnits: writeUnits,
    },
  };
}

async function settingsOf(stack: DeployedStack): Promise<BackfillSettings> {
  const { stepFunctionsWorkflow } = await import('../../../adapters/aws/step-functions.ts');
  return backfillSettings(stepFunctionsWorkflow(outputOf(stack, 'BackfillWorkflowArn'), regionOf(stack)));
}

async function tableWriteUnits(stack: DeployedStack): Promise<number | undefined> {
  const { tableDescription } = await import('../../../adapters/aws/table-description.ts');
  const name = outputOf(stack, 'TagTableName');
  const table = await tableDescription(name, regionOf(stack)).catch((error: unknown) => {
    throw awsError(`the table ${name} cannot be looked at`, 'table-fault', error);
  });
  return table?.writeUnitsPerSecond;
}

function regionOf({ region }: DeployedStack): { readonly region?: string } {
  return region === undefined ? {} : { region };
}

function timeOf(
  measured: MeasuredTime | undefined,
  { modelName, memoryMegabytes, batchSize }: BackfillSettings,
  { stackName, tags }: { readonly stackName: string; readonly tags: number },
) {
  if (measured) {
    const { images, ...time } = measured;
    return { ...time, measured: { stack: stackName, images, days: MEASURED_DAYS } };
  }
  const model = Object.hasOwn(ENCODE_MILLISECONDS, modelName) ? modelName : DEFAULTS.model;
  const { megapixels } = DEFAULTS;
  const millisecondsPerImage = estimatedMilliseconds(model, { megapixels, tags, memoryMegabytes });
  return { ...{ millisecondsPerImage, batchSize, model, megapixels }, measuredNothingFor: MEASURED_DAYS };
}
