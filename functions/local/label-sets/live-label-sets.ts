import { cachedClassifier } from '../../adapters/files/classifier-cache.ts';
import { type LabelSetFile, readLabelSetFiles } from '../../adapters/files/label-set-files.ts';
import { labelSetState } from '../../adapters/files/label-set-state.ts';
import { digestOf } from '../../core/digest.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { Classifier } from '../../core/labels/classifier.ts';
import type { PromptEncoder } from '../../core/labels/embedding.ts';
import { fitOf, type LabelSet, wordsDigest } from '../../core/labels/label-set.ts';
import { type LabelSetChange, labelSetChanges } from '../../core/labels/label-set-changes.ts';
import { type LabelSetWatchOptions, watchLabelSets } from './label-set-watch.ts';

/** The label sets of one moment. They never change: other ones take their place, all at once. */
export interface LabelSetsInUse {
  readonly files: readonly LabelSetFile[];
  /** One for each file. */
  readonly labelSets: readonly LabelSet[];
  readonly classifiers: readonly Classifier[];
}

/** What pages and terminal are told. */
export type LabelSetNews =
  | { readonly kind: 'changed'; readonly changes: readonly LabelSetChange[] }
  /** The label sets of before stay in use. */
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }
  /** The files are as those in use again. */
  | { readonly kind: 'mended' };

/** Label sets that follow their files. */
export interface LiveLabelSets {
  readonly modelDigest: string;
  /** To be asked once for all that is to agree. */
  now(): LabelSetsInUse;
  /** What is wrong with the files, so that what is in use is older than they are. */
  faults(): readonly string[];
  onNews(listener: (news: LabelSetNews) => void): void;
  /** Takes over what has changed without waiting to be told of it. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** A model's text encoder; it is opened when there is something to compile, and closed again. */
export type OpenTextEncoder = () => PromptEncoder & { close(): Promise<void> };

export interface LiveLabelSetsOptions
  extends Pick<
    LabelSetWatchOptions,
    'pollMilliseconds' | 'settleMilliseconds' | 'pause' | 'retryMilliseconds'
  > {
  /** Files and folders of them, asked anew each time. */
  readonly paths: () => readonly string[];
  readonly textEncoder: OpenTextEncoder;
  /** Folder where compiled classifiers are kept. */
  readonly classifierFolder: string;
  readonly warn: (message: string) => void;
}

/**
 * Reads and compiles label sets, and goes on to do so whenever their files change. What has changed is read and compiled beside
 * all other work, and only when all of it is whole does it take the place of what was before.
 *
 * @example
 * const live = await openLiveLabelSets({ paths: () => ['pets.yaml'], textEncoder, classifierFolder, warn });
 * const { classifiers } = live.now();
 *
 * @throws {InvalidInput} with all faults of the files as they are at the start
 */
export async function openLiveLabelSets(options: LiveLabelSetsOptions): Promise<LiveLabelSets> {
  const { paths, warn } = options;
  const listeners = new Set<(news: LabelSetNews) => void>();
  const tell = (news: LabelSetNews) => {
    for (const listener of listeners) listener(news);
  };
  const state = await labelSetState(paths());
  let current = await readLabelSetsInUse(options, { files: [], labelSets: [], classifiers: [] }, warn);
  const { modelDigest } = options.textEncoder();
  let faults: readonly string[] = [];

  /** Whether nothing more is to be done about the files as they are. */
  async function take(): Promise<boolean> {
    try {
      const next = await readLabelSetsInUse(options, current, warn);
      const changes = labelSetChanges(current.labelSets, next.labelSets, modelDigest);
      const wasFaulty = faults.length > 0;
      [current, faults] = [next, []];
      if (changes.length > 0) tell({ kind: 'changed', changes });
      else if (wasFaulty) tell({ kind: 'mended' });
      return true;
    } catch (error) {
      const isOfFiles = error instanceof InvalidInput;
      const found = isOfFiles ? error.faults : [error instanceof Error ? error.message : String(error)];
      // The same fault is told anew after each change of the files, and not whenever it is met again.
      if (isOfFiles || found.join() !== faults.join()) tell({ kind: 'faulty', faults: found });
      faults = found;
      return isOfFiles;
    }
  }

  const watch = watchLabelSets({ ...options, state, take });
  return {
    modelDigest,
    now: () => current,
    faults: () => faults,
    onNews: (listener) => listeners.add(listener),
    look: watch.look,
    close: watch.close,
  };
}

/** Classifiers of label sets that stay are kept, with all that was made of them. */
async function readLabelSetsInUse(
  { paths, textEncoder: openTextEncoder, classifierFolder }: LiveLabelSetsOptions,
  before: LabelSetsInUse,
  warn: (message: string) => void,
): Promise<LabelSetsInUse> {
  const files = await readLabelSetFiles(paths(), warn);
  const textEncoder = openTextEncoder();
  try {
    const classifiers: Classifier[] = [];
    // One after the other: the encoder must not be closed while another one is compiled.
    for (const { labelSet } of files) {
      const state = stateOf(labelSet, textEncoder.modelDigest);
      const kept = before.classifiers.find(
        ({ labelSet: earlier, modelDigest }) => stateOf(earlier, modelDigest) === state,
      );
      classifiers.push(kept ?? (await cachedClassifier(labelSet, textEncoder, classifierFolder, warn)));
    }
    return { files, labelSets: files.map(({ labelSet }) => labelSet), classifiers };
  } finally {
    await textEncoder.close();
  }
}

/** Also what tags do not depend on, and `why` tells: null distributions, and what labels were learned from. */
function stateOf(labelSet: LabelSet, modelDigest: string): string {
  return digestOf([modelDigest, wordsDigest(labelSet), fitOf(labelSet, modelDigest)]);
}
