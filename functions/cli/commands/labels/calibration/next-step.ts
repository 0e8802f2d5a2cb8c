import { labelSetDigest } from '../../../../core/labels/label-set.ts';
import { retagCommand } from '../../../../local/control-api/local-pipeline.ts';
import { pipelineLabelling } from '../../../pipeline/local-pipeline.ts';
import type { OpenedCalibration } from './opened-calibration.ts';

type CalibratedFile = Pick<OpenedCalibration, 'file' | 'place' | 'httpPort' | 'model'>;

/** What is to be done so that pictures are tagged by a label set that has changed, as a sentence. */
export async function nextStep({ file, place, httpPort, model }: CalibratedFile): Promise<string> {
  if (place?.kind === 'deployed') {
    return place.stack
      ? `To have it used: deploy the stack with this label set, then npx cliptag retag --stack ${place.stack.name}`
      : `To have it used: npx cliptag retag --table ${place.tableName} --labels …, with all label sets that are to hold`;
  }
  const used = place && (await pipelineLabelling(httpPort))?.labelSets;
  const digest = labelSetDigest(file.labelSet, model.modelDigest);
  const isUsed = used?.some((labelSet) => labelSet.name === file.labelSet.name && labelSet.digest === digest);
  return isUsed
    ? `The pipeline that runs takes it by itself; ${retagCommand(httpPort)} tags the pictures that are there anew`
    : `To have it used: npx cliptag start --labels ${file.path}, then ${retagCommand(httpPort)}`;
}
