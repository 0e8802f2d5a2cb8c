import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pathName } from '../../../../adapters/files/file-path.ts';
import { changeFit, fitFileOf } from '../../../../adapters/files/fit-file.ts';
import { fitOf } from '../../../../core/labels/label-set.ts';
import { cosineHistograms } from '../../../../core/survey/cosine-histograms.ts';
import { labelSurvey } from '../../../../core/survey/label-survey.ts';
import { learnedQualities } from '../../../../core/survey/learned-qualities.ts';
import { openInBrowser } from '../../../../terminal/browser.ts';
import { confirmed } from '../../../../terminal/confirmation.ts';
import { EXIT } from '../../../../terminal/exit-code.ts';
import type { Output } from '../../../../terminal/output.ts';
import { storedPictures } from '../../../labels/stored-pictures.ts';
import { checkWritable, writePage } from '../../../pages/page-file.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';
import { calibratedLabels } from './calibrated-labels.ts';
import type { CalibratedSet } from './calibrated-set.ts';
import { calibrationPage } from './calibration-page.ts';
import { calibrationJson, calibrationLines } from './calibration-text.ts';
import { withLearnedSince } from './learned-since.ts';
import { nextStep } from './next-step.ts';
import { type OpenedCalibration, openedCalibration } from './opened-calibration.ts';
import { isSameFit } from './same-fit.ts';
import { smallPictures } from './small-pictures.ts';

/** Pictures on each side of a threshold that the page shows. */
const NEAREST = 5;

/** Calibrates a label set, shows what changes, and has it written; resolves to the exit code. */
export async function calibrate(set: string, flags: CalibrateFlags, output: Output): Promise<number> {
  const remark = (text: string) => output.remark(`cliptag labels calibrate: ${text}`);
  if (flags.html !== undefined) await checkWritable(flags.html);
  const opened = await openedCalibration(set, flags, remark);
  const calibrated = calibratedSet(opened, flags.html !== undefined);
  const isChanged = !isSameFit(opened.fit, fitOf(opened.file.labelSet, opened.model.modelDigest));
  const fitFile = pathName(fitFileOf(opened.file.path));
  if (!flags.json) for (const line of calibrationLines(calibrated)) await output.line(line);
  for (const text of calibrated.remarks) remark(text);
  if (flags.html !== undefined) await writeReport(calibrated, { opened, flags, html: flags.html, remark });
  const isWanted = isChanged && !flags['dry-run'];
  const isWritten = isWanted && (flags.yes === true || (await confirmed(`Write this to ${fitFile}?`)));
  if (isWritten) {
    // Asked before: the pipeline may take the new fit at once.
    const next = await nextStep(opened);
    const { modelDigest } = opened.model;
    await changeFit(opened.file.path, modelDigest, (now) =>
      withLearnedSince(opened.fit, fitOf(opened.file.labelSet, modelDigest), now),
    );
    remark(`written: ${fitFile}. ${next}`);
  } else if (!isChanged) remark(`nothing changes: ${fitFile} has all of it already`);
  else if (isWanted) remark('nothing was written');
  if (flags.json) await output.line(JSON.stringify({ ...calibrationJson(calibrated), isChanged, isWritten }));
  return isWanted && !isWritten ? EXIT.failed : EXIT.done;
}

function calibratedSet(opened: OpenedCalibration, withPictures: boolean): CalibratedSet {
  const { file, report, fit, stored, model } = opened;
  const { embeddings, names } = stored;
  const before = labelSurvey(embeddings, opened.before);
  const after = labelSurvey(embeddings, opened.after, { nearest: withPictures ? NEAREST : 0 });
  const histograms = withPictures ? cosineHistograms(embeddings, opened.after.labelRows) : undefined;
  const { words } = opened;
  const qualities = withPictures && words ? learnedQualities(fit, words, stored) : undefined;
  const { images, temperature, unknown, remarks, mode } = report;
  return {
    ...{ images, temperature, remarks, mode },
    ...(unknown && { unknown }),
    name: file.labelSet.name,
    path: file.path,
    ...model,
    version: fit.version,
    tagged: { before: before.tagged, after: after.tagged },
    tags: { before: before.tags, after: after.tags },
    labels: calibratedLabels({
      ...{ classifier: opened.after, fit, report, before, after, names, histograms, qualities },
    }),
  };
}

interface ReportOrder {
  readonly opened: OpenedCalibration;
  readonly flags: CalibrateFlags;
  readonly html: string;
  readonly remark: (text: string) => void;
}

async function writeReport(
  calibrated: CalibratedSet,
  { opened, flags, html, remark }: ReportOrder,
): Promise<void> {
  const { place, httpPort } = opened;
  const read = place ? storedPictures(place, httpPort) : async () => undefined;
  const pictures = await smallPictures(calibrated.labels, read);
  await writePage(html, await calibrationPage(calibrated, pictures, new Date()));
  remark(`the report is ${html}`);
  if (!flags.open) return;
  const address = pathToFileURL(resolve(html));
  if (!(await openInBrowser(address))) remark(`no browser could be opened here: ${address}`);
}
