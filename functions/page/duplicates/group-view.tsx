import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { bytesText, fileNameOf, folderOf, numberText, timeText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import type { DuplicateGroup } from '../store/api.ts';

interface GroupProps {
  readonly group: DuplicateGroup;
  readonly doomed: ReadonlySet<string>;
  readonly onToggle: (name: string) => void;
}

/** The pictures of a group side by side, the best one first. */
export function GroupView({ group, doomed, onToggle }: GroupProps) {
  return (
    <section class="group" aria-label={`${group.images.length} pictures that are alike`}>
      {group.images.map((image, at) => (
        <Candidate
          key={nameOf(image)}
          image={image}
          isBest={at === 0}
          isDoomed={doomed.has(nameOf(image))}
          onToggle={() => onToggle(nameOf(image))}
        />
      ))}
    </section>
  );
}

interface CandidateProps {
  readonly image: ApiImage;
  readonly isBest: boolean;
  readonly isDoomed: boolean;
  readonly onToggle: () => void;
}

function Candidate({ image, isBest, isDoomed, onToggle }: CandidateProps) {
  const { bucket, key, width, height, sizeBytes, format, takenAt } = image;
  const folder = folderOf(key);
  const facts = [
    width && height && `${numberText(width)} × ${numberText(height)}`,
    sizeBytes !== undefined && bytesText(sizeBytes),
    format?.toUpperCase(),
  ];
  return (
    <article class={`candidate${isDoomed ? ' doomed' : ''}`}>
      <Link to={{ image: { bucket, key } }} class="candidate-picture">
        <Thumbnail image={image} isFramed />
        {isBest && <span class="best">Best</span>}
      </Link>
      <h3 title={`${bucket}/${key}`}>{fileNameOf(key)}</h3>
      {/* Copies often have one name, in several folders. */}
      {folder !== '' && <p class="soft folder">{folder}</p>}
      <p class="soft">{facts.filter(Boolean).join(' · ')}</p>
      {takenAt !== undefined && <p class="soft">{timeText(takenAt)}</p>}
      <button type="button" class="button keep" aria-pressed={!isDoomed} onClick={onToggle}>
        <Icon name={isDoomed ? 'close' : 'check'} />
        {isDoomed ? 'May go' : 'Keep'}
        <span class="unseen"> {fileNameOf(key)}</span>
      </button>
    </article>
  );
}
