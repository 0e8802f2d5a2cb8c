import { useSignal } from '@preact/signals';
import type { ApiImage } from '../../api/contract.ts';
import { asError } from '../store/answer.ts';
import { retry } from '../store/api.ts';
import { tell } from '../store/notices.ts';
import { Icon } from './icon.tsx';

/** Has a picture worked on anew. */
export function RetryButton({ image }: { image: ApiImage }) {
  const isAsked = useSignal(false);
  const again = async () => {
    isAsked.value = true;
    try {
      await retry(image);
      tell(`${image.key} is worked on anew`);
    } catch (error) {
      tell(`${image.key} cannot be tried again: ${asError(error).message}`, 'fault');
    }
    isAsked.value = false;
  };
  return (
    <button type="button" class="button" disabled={isAsked.value} onClick={again}>
      <Icon name="retry" />
      Try again
    </button>
  );
}
