import { START, type View } from '../model/address.ts';
import { numberText } from '../model/texts.ts';
import { address } from '../store/address.ts';
import { connection, status } from '../store/connection.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

const ITEMS: ReadonlyArray<readonly [View, string]> = [
  ['photos', 'Pictures'],
  ['duplicates', 'Duplicates'],
  ['labels', 'Labels'],
  ['problems', 'Without tags'],
  ['status', 'Status'],
];

/** Beside the pictures; below them where the window is narrow. */
export function Navigation() {
  const { failed = 0, unsupported = 0 } = status.value?.images ?? {};
  const { visible = 0, inFlight = 0 } = status.value?.queue ?? {};
  const counts: Partial<Record<View, number>> = {
    problems: failed + unsupported,
    status: visible + inFlight,
  };
  return (
    <nav class="navigation" aria-label="Views">
      {ITEMS.map(([view, name]) => (
        <Link
          key={view}
          to={{ ...START, view }}
          aria-current={address.value.view === view ? 'page' : undefined}
        >
          <Icon name={view} />
          <span>{name}</span>
          {(counts[view] ?? 0) > 0 && <b class="count">{numberText(counts[view] ?? 0)}</b>}
          {view === 'status' && <i class={`dot ${connection.value}`} />}
        </Link>
      ))}
    </nav>
  );
}
