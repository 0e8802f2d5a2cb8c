import { resolve } from 'node:path';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { adHocLabelSet } from '../../core/labels/ad-hoc-label-set.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { LiveLabelSets } from './live-label-sets.ts';
import type { OwnLabelSets } from './own-label-sets.ts';

/** A label set as somebody types it. */
export interface TypedLabelSet {
  readonly name: string;
  readonly mode: LabelSet['mode'];
  readonly labels: readonly string[];
  /** @default that of labels that were only named */
  readonly minimumScore?: number | undefined;
  /** Of the label set that it takes the place of. @default it is a new one */
  readonly digest?: string | undefined;
}

/** Label sets that are written, changed and removed by who uses the page. */
export interface OwnLabelSetChanges {
  isOwn(path: string, name: string): boolean;
  /**
   * Resolves once it is in use, or its files cannot be used.
   *
   * @throws {InvalidInput} with every fault of the labels
   * @throws {CliptagError} `label-set-taken` when there is one of that name, or it has changed since it was read;
   *   `no-label-set` when it is gone
   */
  save(typed: TypedLabelSet): Promise<void>;
  /** @throws {CliptagError} `no-label-set` */
  remove(name: string): Promise<void>;
}

/** The label set of labels that were typed. */
export function typedLabelSet({ name, mode, labels, minimumScore }: Omit<TypedLabelSet, 'digest'>): LabelSet {
  return { ...adHocLabelSet(labels, { isExclusive: mode === 'exclusive', minimumScore }), name };
}

/** One change after the other, each by what is in use then. */
export function ownLabelSetChanges(
  own: OwnLabelSets,
  live: Pick<LiveLabelSets, 'now' | 'look' | 'faults'>,
): OwnLabelSetChanges {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const isOwn = (path: string, name: string) => resolve(path) === resolve(own.pathOf(name));
  const find = (name: string) => {
    const { files, classifiers } = live.now();
    const at = files.findIndex(({ labelSet }) => labelSet.name === name);
    const file = files[at];
    return (
      file && { isOwn: isOwn(file.path, name), path: file.path, digest: classifiers[at]?.labelSetDigest }
    );
  };
  const requireFree = ({ name, digest }: TypedLabelSet) => {
    const found = find(name);
    if (found && !found.isOwn)
      throw taken(`The label set "${name}" comes from ${found.path}: change it there`);
    if (digest === undefined) {
      if (found) throw taken(`There is a label set "${name}" already: choose another name, or edit that one`);
    } else if (!found) throw missing(name);
    else if (found.digest !== digest) {
      throw taken(`The label set "${name}" has been changed meanwhile: look at it again`);
    }
  };
  return {
    isOwn,
    save: (typed) =>
      inTurn(async () => {
        const labelSet = typedLabelSet(typed);
        // What was changed by hand a moment ago counts.
        await live.look();
        requireFree(typed);
        await own.write(labelSet);
        await live.look();
        if (live.faults().length > 0) throw new InvalidInput('It is saved, but not in use', live.faults());
      }),
    remove: (name) =>
      inTurn(async () => {
        await live.look();
        const found = find(name);
        if (!found?.isOwn)
          throw found
            ? taken(`The label set "${name}" comes from ${found.path}: remove it there`)
            : missing(name);
        await own.remove(name);
        await live.look();
      }),
  };
}

function taken(message: string): CliptagError {
  return new CliptagError('label-set-taken', message);
}

function missing(name: string): CliptagError {
  return new CliptagError('no-label-set', `There is no label set "${name}" that was written here`);
}
