import { useComputed } from '@preact/signals';
import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import type { Tile } from '../model/rows.ts';
import { isSelectable } from '../model/selection.ts';
import { fileNameOf } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Tag } from '../parts/tag.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { tagsShown } from '../store/preferences.ts';
import { selection } from '../store/selection.ts';

interface TileProps {
  readonly image: ApiImage;
  readonly tile: Tile;
  readonly top: number;
  readonly height: number;
  readonly total: number;
  readonly isFast: boolean;
  readonly isCurrent: boolean;
}

/** More would not fit below the widest picture. */
const MAXIMUM_TAGS = 6;

/** One picture, and its tags below it. */
export function TileView({ image, tile, top, height, total, isFast, isCurrent }: TileProps) {
  const { bucket, key, score, isBeyond, tags, status, reason } = image;
  const { index, left, width } = tile;
  // A tile is drawn anew only where its own picture is chosen or left.
  const isSelected = useComputed(() => selection.value.has(nameOf({ bucket, key }))).value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list item must stand in a list element, and rows are none
    <div
      role="listitem"
      aria-posinset={index + 1}
      aria-setsize={total}
      class={`tile${isBeyond ? ' beyond' : ''}${isSelected ? ' selected' : ''}`}
      style={{ top: `${top}px`, left: `${left}px`, width: `${width}px` }}
    >
      <Link
        to={{ image: { bucket, key } }}
        class="tile-picture"
        style={{ height: `${height}px` }}
        data-index={index}
        tabIndex={isCurrent ? 0 : -1}
      >
        <Thumbnail image={image} isWanted={!isFast} />
        <span class="tile-name" aria-hidden="true">
          {fileNameOf(key)}
          {score !== undefined && <b>{Math.round(score * 100)} %</b>}
        </span>
      </Link>
      {isSelectable(image) && (
        // biome-ignore lint/a11y/useSemanticElements: a click is heard by the gallery, which may choose a whole range
        <button
          type="button"
          role="checkbox"
          aria-checked={isSelected}
          aria-label={`Select ${fileNameOf(key)}`}
          title="Select (x); with the shift key, all from the last one"
          class="tile-check"
          data-index={index}
          tabIndex={isCurrent ? 0 : -1}
        >
          <Icon name="check" />
        </button>
      )}
      {tagsShown.value && (
        <div class="tile-tags">
          {tags.slice(0, MAXIMUM_TAGS).map((tag) => (
            <Tag key={`${tag.set} ${tag.label}`} {...tag} isReachable={isCurrent} />
          ))}
          {tags.length === 0 && (
            <span class="soft">{status === 'tagged' ? 'no label fits' : (reason ?? status)}</span>
          )}
        </div>
      )}
    </div>
  );
}
