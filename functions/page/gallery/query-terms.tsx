import { conditionsOf, withoutTerm } from '../model/query-text.ts';
import { Icon } from '../parts/icon.tsx';
import { address, searchFor } from '../store/address.ts';

/** The conditions of a query that has several, each to be taken away. */
export function QueryTerms() {
  const { query } = address.value;
  const conditions = conditionsOf(query);
  if (conditions.length < 2) return null;
  return (
    <ul class="terms" aria-label="Conditions">
      {conditions.map((condition) => (
        <li key={condition.start} class={condition.text.startsWith('-') ? 'unwanted' : ''}>
          {condition.text}
          <button
            type="button"
            class="quiet"
            aria-label={`Without the condition ${condition.text}`}
            onClick={() => searchFor(withoutTerm(query, condition))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
