import { CliptagError } from '../../../core/errors.ts';
import { labelSetDigest } from '../../../core/labels/label-set.ts';
import type { LabelSetsOfModel } from '../../../core/retag/retagging.ts';
import { digestsOf, requireSameLabelSets } from '../../../core/retag/run.ts';
import type { PipelineLabelSets } from '../../../local/control-api/control-api.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { pipelineLabelSets } from '../../pipeline/local-pipeline.ts';
import { compiledLabelSets } from './compiled-label-sets.ts';

/** The label sets of the running pipeline, and the port of the table that it writes. */
export interface AskedLabelSets {
  readonly labelSets: LabelSetsOfModel;
  readonly dynamodbPort: number;
  /**
   * Asks once more.
   *
   * @throws {CliptagError} `label-sets-changed` when the pipeline has others by now
   */
  requireSame(): Promise<void>;
}

/**
 * @throws {UsageError} when the pipeline that answers is not the one whose table is named
 * @throws {CliptagError} `no-pipeline`
 */
export async function labelSetsOfPipeline(
  flags: {
    readonly model?: string | undefined;
    readonly 'http-port'?: string | undefined;
    readonly 'dynamodb-port'?: string | undefined;
  },
  output: Output,
): Promise<AskedLabelSets> {
  const httpPort = Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort);
  const asked = await askPipeline(httpPort);
  const { dynamodbPort } = asked;
  const named = flags['dynamodb-port'];
  if (named !== undefined && Number(named) !== dynamodbPort) {
    throw new UsageError([
      `--dynamodb-port: the pipeline on 127.0.0.1:${httpPort} has its table on port ${dynamodbPort} and not on ${named}: name the page of the other one with --http-port, or its label sets with --labels`,
    ]);
  }
  const labelSets = await compiledLabelSets(asked.labelSets, flags.model, output);
  return {
    labelSets,
    dynamodbPort,
    async requireSame() {
      requireSameLabelSets(
        digestsOf(labelSets),
        digestsAsked(await askPipeline(httpPort), labelSets.modelDigest),
      );
    },
  };
}

async function askPipeline(httpPort: number): Promise<PipelineLabelSets> {
  return pipelineLabelSets(httpPort).catch((error: unknown) => {
    if (!(error instanceof CliptagError) || error.code !== 'no-pipeline') throw error;
    throw new CliptagError(
      'no-pipeline',
      `no local pipeline's page answers on 127.0.0.1:${httpPort} and tells which label sets it has: start it with cliptag start, name its port with --http-port, or name the label sets with --labels`,
      { cause: error },
    );
  });
}

function digestsAsked({ labelSets }: PipelineLabelSets, modelDigest: string) {
  const digests = labelSets.map((labelSet) => [labelSet.name, labelSetDigest(labelSet, modelDigest)]);
  return { modelDigest, labelSets: Object.fromEntries(digests) };
}
