import { labels } from '../store/labels.ts';

/** More than these no browser lists well. */
const MOST = 500;

/** Labels to choose among while one is typed: the most frequent ones, or those given. */
export function LabelOptions({ id, among = labels.value }: { id: string; among?: typeof labels.value }) {
  return (
    <datalist id={id}>
      {among.slice(0, MOST).map(({ set, label }) => (
        <option key={`${set} ${label}`} value={label}>
          {set}
        </option>
      ))}
    </datalist>
  );
}
