import { changeFit } from '../../../../adapters/files/fit-file.ts';
import { fitOf } from '../../../../core/labels/label-set.ts';
import { labelToLearn } from '../../../../core/learning/label-to-learn.ts';
import { LOCAL_PIPELINE, retagCommand } from '../../../../local/control-api/local-pipeline.ts';
import { EXIT } from '../../../../terminal/exit-code.ts';
import type { Output } from '../../../../terminal/output.ts';
import { labelsAtHand } from '../../../labels/labels-at-hand.ts';
import { chosenLabelSet } from './chosen-label-set.ts';

export interface UnlearningFlags {
  readonly set?: string;
  readonly model?: string;
  readonly json?: boolean;
  readonly 'http-port'?: string;
}

/** Has a label go back to its words, with every model or with one; resolves to the exit code. */
export async function runUnlearning(
  text: string,
  { set, model, json, 'http-port': httpPort }: UnlearningFlags,
  output: Output,
): Promise<number> {
  const remark = (note: string) => output.remark(`cliptag labels unlearn: ${note}`);
  const port = Number(httpPort ?? LOCAL_PIPELINE.httpPort);
  const atHand = () => labelsAtHand(undefined, undefined, port);
  const { path, labelSet } = await chosenLabelSet(text, { set, atHand }, remark);
  const { label } = labelToLearn(text, labelSet);
  const digests = model === undefined ? Object.keys(labelSet?.fits ?? {}) : [await digestOf(model)];
  const learned = digests.filter(
    (digest) => labelSet && isLearned(fitOf(labelSet, digest)?.labels ?? {}, label),
  );
  if (learned.length === 0) {
    remark(`"${label}" was not learned from examples: its words count already`);
    return EXIT.failed;
  }
  for (const digest of learned) {
    await changeFit(path, digest, (before) => {
      const { [label]: _, ...labels } = before?.labels ?? {};
      return { ...before, fittedAt: new Date().toISOString(), labels };
    });
  }
  await output.line(
    json
      ? JSON.stringify({ path, label, modelDigests: learned })
      : `"${label}" goes by its words again; ${retagCommand(port)} tags all images so. Where the label set is calibrated, calibrate it anew.`,
  );
  return EXIT.done;
}

function isLearned(
  labels: Readonly<Record<string, { readonly direction?: string | undefined }>>,
  label: string,
): boolean {
  return Object.hasOwn(labels, label) && labels[label]?.direction !== undefined;
}

async function digestOf(model: string): Promise<string> {
  const { readModel } = await import('../../../../adapters/files/model-folder.ts');
  const { modelFolder } = await import('../../../../tagger/model-places.ts');
  return (await readModel(modelFolder(model))).digest;
}
