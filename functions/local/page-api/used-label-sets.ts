import type { ImageRecord } from '../../core/records/image-record.ts';
import type { TableCollection } from '../../core/search/collection/changing-collection.ts';
import { isTaggedBy, type TaggerIdentity } from '../../core/tagging/tagger-identity.ts';

type TaggedWith = Pick<ImageRecord, 'modelDigest' | 'labelSets'>;

/** Which label sets the tags of each image come from, by the rows of a collection: most images share theirs. */
export interface UsedLabelSets {
  /** To be told of a record that the collection has just taken over. */
  note(record: Pick<ImageRecord, 'bucket' | 'key'> & TaggedWith): void;
  /** Tagged images of this model whose tags come from other label sets than these. */
  countOthers(identity: TaggerIdentity): number;
}

export function usedLabelSets(collection: TableCollection): UsedLabelSets {
  const kinds: TaggedWith[] = [];
  const kindNumbers = new Map<string, number>();
  let kindOfRow = new Uint32Array(1_024);

  function kindOf({ modelDigest, labelSets = {} }: TaggedWith): number {
    const text = JSON.stringify([modelDigest, Object.entries(labelSets).sort()]);
    const known = kindNumbers.get(text);
    if (known !== undefined) return known;
    kindNumbers.set(text, kinds.length);
    return kinds.push({ modelDigest, labelSets }) - 1;
  }

  return {
    note(record) {
      const row = collection.rowOf(record);
      if (row < 0) return;
      if (row >= kindOfRow.length) {
        const larger = new Uint32Array(2 * row);
        larger.set(kindOfRow);
        kindOfRow = larger;
      }
      kindOfRow[row] = kindOf(record);
    },
    countOthers(identity) {
      // Where no label set is for some images alone, images of a kind are all alike.
      const isByPlace = identity.labelSets.some(({ appliesTo }) => appliesTo !== undefined);
      const areOthers = kinds.map((kind) => isOther({ bucket: '', key: '', ...kind }, identity));
      let count = 0;
      for (let row = 0; row < collection.rowCount; row++) {
        const kind = kindOfRow[row] ?? 0;
        if (!collection.isThere(row) || collection.statusOf(row) !== 'tagged') continue;
        const name = () => ({ bucket: collection.bucketOf(row), key: collection.keyOf(row) });
        count += Number(isByPlace ? isOther({ ...name(), ...kinds[kind] }, identity) : areOthers[kind]);
      }
      return count;
    },
  };
}

/** Those of another model are none: a retag leaves them as they are. */
function isOther(
  record: Pick<ImageRecord, 'bucket' | 'key'> & Partial<TaggedWith>,
  identity: TaggerIdentity,
): boolean {
  return record.modelDigest === identity.modelDigest && !isTaggedBy(record, identity);
}
