import { pathName } from '../../../../adapters/files/file-path.ts';
import { fitFileOf, removeFit } from '../../../../adapters/files/fit-file.ts';
import { fitOf } from '../../../../core/labels/label-set.ts';
import { LOCAL_PIPELINE } from '../../../../local/control-api/local-pipeline.ts';
import { openModel } from '../../../../tagger/model-parts.ts';
import { confirmed } from '../../../../terminal/confirmation.ts';
import { EXIT } from '../../../../terminal/exit-code.ts';
import type { Output } from '../../../../terminal/output.ts';
import { labelsAtHand } from '../../../labels/labels-at-hand.ts';
import { modelOfImages } from '../../../labels/model-of-images.ts';
import { namedLabelSet } from '../../../labels/named-label-set.ts';
import { tablePlace } from '../../../pipeline/table-flags.ts';
import { askTable } from '../../../pipeline/tag-table.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';
import { nextStep } from './next-step.ts';

/** Takes away what was fitted to a label set with a model, after a question; resolves to the exit code. */
export async function removeCalibration(set: string, flags: CalibrateFlags, output: Output): Promise<number> {
  const remark = (text: string) => output.remark(`cliptag labels calibrate: ${text}`);
  const httpPort = Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort);
  const isByModel = flags.model !== undefined || flags['no-collection'];
  const place = isByModel ? undefined : await tablePlace(flags);
  const file = await namedLabelSet(set, await labelsAtHand(flags.labels, place, httpPort), remark);
  const model = place
    ? await askTable(place, (table) => modelOfImages(undefined, table))
    : await openModel(flags.model);
  await model.close();
  const { modelDigest } = model.identity;
  const fit = fitOf(file.labelSet, modelDigest);
  const fitFile = pathName(fitFileOf(file.path));
  const say = async (isWritten: boolean) => {
    if (flags.json)
      await output.line(JSON.stringify({ labelSet: file.labelSet.name, modelDigest, isWritten }));
  };
  if (!fit) {
    remark(`nothing changes: nothing was fitted to "${file.labelSet.name}" with model ${modelDigest}`);
    await say(false);
    return EXIT.done;
  }
  const learned = Object.values(fit.labels).filter(({ direction }) => direction !== undefined).length;
  const what = `fit ${fit.version} of ${Object.keys(fit.labels).length} labels${learned > 0 ? `, ${learned} of them learned from examples,` : ''} with model ${modelDigest}`;
  if (flags['dry-run']) {
    remark(`would take away ${what} from ${fitFile}`);
    await say(false);
    return EXIT.done;
  }
  if (!flags.yes && !(await confirmed(`Take away ${what} from ${fitFile}?`))) {
    remark('nothing was taken away');
    await say(false);
    return EXIT.failed;
  }
  const next = await nextStep({ file, place, httpPort, model: model.identity });
  await removeFit(file.path, modelDigest);
  remark(`taken away: ${what}. ${next}`);
  await say(true);
  return EXIT.done;
}
