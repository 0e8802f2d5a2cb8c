import type { ApiImage } from '../../api/contract.ts';
import { RetryButton } from '../parts/retry-button.tsx';

/** Why a picture has no tags, or none that compare. */
export function WhyUntagged({ image }: { image: ApiImage }) {
  const { status, reason, reasonCode, tags, isOfOtherModel } = image;
  const unknown = (image.unknown ?? []).filter((set) => !tags.some((tag) => tag.set === set));
  if (status === 'failed' || status === 'unsupported') {
    return (
      <div class="why bad-note">
        <strong>{status === 'failed' ? 'It could not be read' : 'It is of a kind that is not read'}</strong>
        <p>{reason ?? 'No reason was given.'}</p>
        {reasonCode !== undefined && <code>{reasonCode}</code>}
        <RetryButton image={image} />
      </div>
    );
  }
  return (
    <>
      {unknown.length > 0 && (
        <div class="why">
          <strong>Unknown: no label fits</strong>
          <p>{unknown.join(', ')}</p>
        </div>
      )}
      {status === 'tagged' && tags.length === 0 && unknown.length === 0 && (
        <div class="why">
          <strong>No label fits</strong>
          <p>Each label set has a least score; no label of theirs has reached it here.</p>
        </div>
      )}
      {isOfOtherModel && (
        <div class="why">
          <strong>Tagged by another model</strong>
          <p>Its scores do not compare with those of other pictures.</p>
        </div>
      )}
    </>
  );
}
