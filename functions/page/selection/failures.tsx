import { countText, fileNameOf, numberText } from '../model/texts.ts';
import type { UncorrectedImage } from '../store/corrections.ts';

/** More lines nobody reads. */
const MOST = 20;

/** Pictures of which a correction was not taken, and why. */
export function Failures({ failed }: { failed: readonly UncorrectedImage[] }) {
  if (failed.length === 0) return null;
  return (
    <div class="dialog-failures" role="alert">
      <b>Not taken of {countText(failed.length, 'picture')}:</b>
      <ul>
        {failed.slice(0, MOST).map(({ image: { bucket, key }, reason }) => (
          <li key={`${bucket}/${key}`}>
            {fileNameOf(key)}: {reason}
          </li>
        ))}
      </ul>
      {failed.length > MOST && <p>and {numberText(failed.length - MOST)} more</p>}
    </div>
  );
}
