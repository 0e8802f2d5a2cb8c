import type { Suggestion } from '../model/suggestions.ts';
import { Icon } from '../parts/icon.tsx';

interface SuggestionListProps {
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number;
  readonly onTake: (suggestion: Suggestion) => void;
}

const ICONS = { label: 'tag', field: 'search', recent: 'time' } as const;

/** The keyboard stays in the box: the box says which line is chosen. */
export function SuggestionList({ suggestions, chosen, onTake }: SuggestionListProps) {
  return (
    <div
      id="suggestions"
      class="suggestions"
      role="listbox"
      aria-label="Suggestions"
      hidden={suggestions.length === 0}
    >
      {suggestions.map((suggestion, at) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus
        <div
          key={`${suggestion.kind} ${suggestion.query}`}
          id={`suggestion-${at}`}
          class="suggestion"
          role="option"
          aria-selected={at === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(suggestion);
          }}
        >
          <Icon name={ICONS[suggestion.kind]} />
          <span>{suggestion.text}</span>
          <small>{suggestion.remark}</small>
        </div>
      ))}
    </div>
  );
}
