import type { ComponentChildren } from 'preact';
import type { ApiImage } from '../../api/contract.ts';
import { fieldTerm } from '../model/query-text.ts';
import { bytesText, dateOf, numberText, placeText, timeText } from '../model/texts.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { searchFor } from '../store/address.ts';

/** What the camera and the file say. No map is asked for: that would tell others where the picture was taken. */
export function Facts({ image }: { image: ApiImage }) {
  const { takenAt, recordedAt, camera, latitude, longitude, width, height, sizeBytes, format, bucket, key } =
    image;
  const size = width && height && sizeText(width, height);
  return (
    <dl class="facts">
      <Fact icon="time" name={takenAt === undefined ? 'Recorded' : 'Taken'}>
        <button type="button" class="link" onClick={() => searchFor(fieldTerm('on', dateOf(image)))}>
          {timeText(takenAt ?? recordedAt)}
        </button>
      </Fact>
      {camera !== undefined && (
        <Fact icon="camera" name="Camera">
          <button type="button" class="link" onClick={() => searchFor(fieldTerm('camera', camera))}>
            {camera}
          </button>
        </Fact>
      )}
      {latitude !== undefined && longitude !== undefined && (
        <Fact icon="place" name="Place">
          <button type="button" class="link" onClick={() => searchFor(`near:${latitude},${longitude},5km`)}>
            {placeText(latitude, longitude)}
          </button>
        </Fact>
      )}
      {size && (
        <Fact icon="photos" name="Size">
          {size}
        </Fact>
      )}
      <Fact icon="file" name="File">
        {[format?.toUpperCase(), sizeBytes !== undefined && bytesText(sizeBytes)]
          .filter(Boolean)
          .join(' · ') || 'unknown'}
      </Fact>
      <Fact icon="folder" name="Key">
        <span class="key">
          {bucket}/{key}
        </span>
      </Fact>
    </dl>
  );
}

function Fact({ icon, name, children }: { icon: IconName; name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>
        <Icon name={icon} />
        <span class="unseen">{name}</span>
      </dt>
      <dd title={name}>{children}</dd>
    </div>
  );
}

/** A tenth of a megapixel is the least that is worth a word. */
function sizeText(width: number, height: number): string {
  const megapixels = (width * height) / 1e6;
  const shape = `${numberText(width)} × ${numberText(height)}`;
  return megapixels < 0.05 ? shape : `${shape} · ${megapixels.toFixed(1)} MP`;
}
