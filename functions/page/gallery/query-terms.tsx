import { removeTerm, termsOf } from '../model/query-text.ts';
import { Icon } from '../parts/icon.tsx';
import { address, searchFor } from '../store/address.ts';

/** The conditions of a query that has several, each to be taken away; not where taking one away would change the others. */
export function QueryTerms() {
  const { query } = address.value;
  const terms = termsOf(query).map(({ text }) => text);
  const isPlain = terms.every((text) => !/^(?:[()|+-]|OR|AND|NOT)$/.test(text));
  if (terms.length < 2 || !isPlain || new Set(terms).size < terms.length) return null;
  return (
    <ul class="terms" aria-label="Conditions">
      {terms.map((text) => (
        <li key={text} class={text.startsWith('-') ? 'unwanted' : ''}>
          {text}
          <button
            type="button"
            class="quiet"
            aria-label={`Without the condition ${text}`}
            onClick={() => searchFor(removeTerm(query, text.replace(/^-/, '')))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
