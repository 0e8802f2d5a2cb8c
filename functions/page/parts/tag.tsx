import type { LabelName } from '../model/query-text.ts';
import { searchFor } from '../store/address.ts';
import { colourOf, termOf } from '../store/labels.ts';

interface TagProps extends LabelName {
  readonly score?: number;
  /** Whether the Tab key stops here. @default true */
  readonly isReachable?: boolean;
}

/** A label that leads to the pictures which carry it; its colour tells its label set. */
export function Tag({ set, label, score, isReachable = true }: TagProps) {
  const part = score === undefined ? '' : `, ${Math.round(score * 100)} %`;
  return (
    <button
      type="button"
      tabIndex={isReachable ? 0 : -1}
      class={`tag set-${colourOf(set)}`}
      title={`${label}${part} · label set ${set}`}
      onClick={() => searchFor(termOf({ set, label }))}
    >
      {label}
    </button>
  );
}
