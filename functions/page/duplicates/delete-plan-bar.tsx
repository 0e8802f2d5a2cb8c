import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { bytesText, countText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { status } from '../store/connection.ts';
import { deletePlan } from './delete-plan.ts';

interface DeletePlanBarProps {
  readonly groups: ReadonlyArray<readonly ApiImage[]>;
  /** Names of the pictures that may go. */
  readonly doomed: ReadonlySet<string>;
}

/** Saves which pictures may go; deleting is left to those who read it. */
export function DeletePlanBar({ groups, doomed }: DeletePlanBarProps) {
  const images = groups.flat().filter((image) => doomed.has(nameOf(image)));
  if (images.length === 0) return null;
  const bytes = images.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  return (
    <div class="plan-bar" role="status">
      <span>
        <b>{countText(images.length, 'picture')}</b> may go, {bytesText(bytes)} in all. Nothing is deleted
        here.
      </span>
      <button
        type="button"
        class="button accent"
        onClick={() => save(deletePlan(groups, doomed, new Date(), status.value?.s3Endpoint))}
      >
        <Icon name="download" />
        Save the plan
      </button>
    </div>
  );
}

function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'delete-plan.sh';
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
