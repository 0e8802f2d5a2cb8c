import type { Tag } from '../labels/scores.ts';
import { correctedTags } from '../records/corrections.ts';
import type { ImageRecord } from '../records/image-record.ts';
import type { Retagging } from './retagging.ts';

/** How the tags of one image differ before and after retagging. */
export interface TagChanges {
  readonly added: readonly Tag[];
  readonly removed: readonly Tag[];
  /** With another score than before; `score` is the new one. */
  readonly rescored: readonly Tag[];
}

/** An image whose tags change, as an example. */
export interface ChangedImage extends TagChanges {
  readonly bucket: string;
  readonly key: string;
}

/** Numbers of images that a label is added to or removed from, or that have it with another score. */
export interface LabelChanges {
  readonly set: string;
  readonly label: string;
  readonly added: number;
  readonly removed: number;
  readonly rescored: number;
}

/** Numbers of images by what retagging makes of them. */
export interface RetagTally {
  /** Tagged images in all: the sum of the next four counts. */
  readonly images: number;
  /** Images whose tags change. */
  readonly changed: number;
  /** Images whose tags stay; only the label sets that the tags come from are noted anew. */
  readonly noted: number;
  /** Images whose records say it all already. */
  readonly right: number;
  /** Model digest → images whose embeddings are of that model, or of none (`''`), and which stay as they are. */
  readonly foreign: Readonly<Record<string, number>>;
  /** Most changed first. */
  readonly labels: readonly LabelChanges[];
  readonly examples: readonly ChangedImage[];
}

const EXAMPLES = 5;

/** What is compared of an image record. */
type TaggedRecord = Pick<ImageRecord, 'bucket' | 'key' | 'tags' | 'corrections'>;

/** Counts image by image. */
export interface RetagCounter {
  count(record: TaggedRecord, retagging: Retagging): void;
  tally(): RetagTally;
}

/** Counts what retagging makes of each image. */
export function retagCounter(): RetagCounter {
  const counts = { images: 0, changed: 0, noted: 0, right: 0 };
  const foreign = new Map<string, number>();
  const labels = new Map<string, LabelChanges>();
  const examples: ChangedImage[] = [];

  function countTags(kind: keyof TagChanges, tags: readonly Tag[]): void {
    for (const { set, label } of tags) {
      const identity = identityOf({ set, label });
      const before = labels.get(identity) ?? { set, label, added: 0, removed: 0, rescored: 0 };
      labels.set(identity, { ...before, [kind]: before[kind] + 1 });
    }
  }

  return {
    count(record, retagging) {
      if (retagging.kind === 'untagged') return;
      counts.images += 1;
      if (retagging.kind === 'right') counts.right += 1;
      if (retagging.kind === 'foreign') {
        const digest = retagging.modelDigest ?? '';
        foreign.set(digest, (foreign.get(digest) ?? 0) + 1);
      }
      if (retagging.kind !== 'changed') return;
      const changes = tagChanges(record.tags, correctedTags(retagging.tags, record.corrections));
      const kinds = ['added', 'removed', 'rescored'] as const;
      const isChange = kinds.some((kind) => changes[kind].length > 0);
      counts[isChange ? 'changed' : 'noted'] += 1;
      for (const kind of kinds) countTags(kind, changes[kind]);
      if (isChange && examples.length < EXAMPLES)
        examples.push({ bucket: record.bucket, key: record.key, ...changes });
    },
    tally: () => ({
      ...counts,
      foreign: Object.fromEntries(foreign),
      labels: labelsByChanges(labels.values()),
      examples,
    }),
  };
}

/** The differences between two lists of tags, apart from their order. */
export function tagChanges(before: readonly Tag[], after: readonly Tag[]): TagChanges {
  const scoresOf = (tags: readonly Tag[]) => new Map(tags.map((tag) => [identityOf(tag), tag.score]));
  const [scoresBefore, scoresAfter] = [scoresOf(before), scoresOf(after)];
  return {
    added: after.filter((tag) => !scoresBefore.has(identityOf(tag))),
    removed: before.filter((tag) => !scoresAfter.has(identityOf(tag))),
    rescored: after.filter((tag) => (scoresBefore.get(identityOf(tag)) ?? tag.score) !== tag.score),
  };
}

/** Unambiguous, since names of label sets have no `#`. */
export function identityOf({ set, label }: Pick<Tag, 'set' | 'label'>): string {
  return `${set}#${label}`;
}

/** Most changed first. */
export function labelsByChanges(labels: Iterable<LabelChanges>): readonly LabelChanges[] {
  return [...labels].sort(mostChangedFirst);
}

function mostChangedFirst(a: LabelChanges, b: LabelChanges): number {
  const changes = ({ added, removed, rescored }: LabelChanges) => added + removed + rescored;
  return changes(b) - changes(a) || a.set.localeCompare(b.set) || a.label.localeCompare(b.label);
}
