import { useState } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { fillsItsTile } from '../model/rows.ts';
import { describe, fileNameOf } from '../model/texts.ts';
import { thumbnailAddress } from '../store/api.ts';
import { Icon } from './icon.tsx';

interface ThumbnailProps {
  readonly image: ApiImage;
  /** Whether the picture is fetched yet; its colour stands for it until then. */
  readonly isWanted?: boolean;
  /** Whether it stands in a frame of another shape, with words beside it. */
  readonly isFramed?: boolean;
}

/** A picture as small as it is shown, whole and never cropped. */
export function Thumbnail({ image, isWanted = true, isFramed = false }: ThumbnailProps) {
  const address = thumbnailAddress(image);
  const [shown, setShown] = useState('');
  const [broken, setBroken] = useState('');
  const { colour } = image;
  const background = isFramed || !/^#[0-9a-f]{6}$/i.test(colour ?? '') ? undefined : colour;
  if (image.status !== 'tagged' || broken === address) {
    return (
      <span class={`nothing ${image.status}`}>
        <Icon name="problems" />
        <span>{image.status === 'tagged' ? 'No preview' : image.status}</span>
      </span>
    );
  }
  return (
    <span class="thumbnail" style={{ backgroundColor: background }}>
      {isWanted && (
        <img
          src={address}
          alt={isFramed ? fileNameOf(image.key) : describe(image)}
          class={`${shown === address ? 'shown' : ''} ${!isFramed && fillsItsTile(image) ? 'filling' : ''}`}
          decoding="async"
          draggable={false}
          onLoad={() => setShown(address)}
          onError={() => setBroken(address)}
        />
      )}
    </span>
  );
}
