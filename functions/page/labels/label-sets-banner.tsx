import { useSignal } from '@preact/signals';
import { countText, numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { status } from '../store/connection.ts';
import { labelSetsInUse, retag } from '../store/label-sets.ts';

/** Changed label sets: what is wrong with them, or that pictures have tags of before, with the button that mends it. */
export function LabelSetsBanner() {
  const state = labelSetsInUse.value;
  if (!state) return null;
  const { faults, retag: run } = state;
  if (faults.length > 0) return <FaultyLabelSets faults={faults} />;
  if (run?.state === 'running') return <RetagProgress images={run.images} />;
  if (!state.others) return null;
  return <RetagOffer others={state.others} changes={state.changes} fault={run?.fault} />;
}

function FaultyLabelSets({ faults }: { faults: readonly string[] }) {
  return (
    <div class="banner label-sets-banner" role="alert">
      <Icon name="problems" />
      <div>
        <b>Changed label sets cannot be used.</b> Those from before stay in use.
        <ul>
          {faults.slice(0, 5).map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function RetagProgress({ images }: { images: number }) {
  const total = Math.max(1, images, status.value?.images.tagged ?? 0);
  return (
    <div class="banner hint label-sets-banner">
      <Icon name="tag" />
      <label>
        <span>
          Tagging anew: {numberText(images)} of {countText(total, 'picture')}
        </span>
        <progress value={images} max={total} />
      </label>
    </div>
  );
}

interface RetagOfferProps {
  readonly others: number;
  readonly changes: readonly string[];
  readonly fault: string | undefined;
}

function RetagOffer({ others, changes, fault }: RetagOfferProps) {
  const isOrdered = useSignal(false);
  const has = others === 1 ? 'has' : 'have';
  return (
    <div class="banner hint label-sets-banner" role="status">
      <Icon name="tag" />
      <div>
        <b>
          {countText(others, 'picture')} {has} tags of other label sets.
        </b>
        {changes.map((change) => (
          <p key={change}>{change}</p>
        ))}
        {fault !== undefined && <p>The last attempt failed: {fault}</p>}
      </div>
      <button
        type="button"
        class="button accent"
        disabled={isOrdered.value}
        onClick={async () => {
          isOrdered.value = true;
          await retag();
          isOrdered.value = false;
        }}
      >
        Tag anew
      </button>
    </div>
  );
}
