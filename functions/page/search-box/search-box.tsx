import { untracked, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Suggestion, suggestionsFor } from '../model/suggestions.ts';
import { Icon } from '../parts/icon.tsx';
import { address, question, searchFor } from '../store/address.ts';
import { answer, find, sample } from '../store/answer.ts';
import { ApiProblem } from '../store/api.ts';
import { labels, termOf } from '../store/labels.ts';
import { recentQueries, remember } from '../store/preferences.ts';
import { SampleButton } from './sample-button.tsx';
import { SuggestionList } from './suggestion-list.tsx';

/** The one box for everything: a combobox with a list of suggestions, as the ARIA practices have it. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal(address.value.query);
  const suggestions = useSignal<readonly Suggestion[]>([]);
  const areWanted = useSignal(false);
  const chosen = useSignal(-1);
  const isOpen = suggestions.value.length > 0;

  useSignalEffect(() => {
    // What is typed stays where only a picture is enlarged or left.
    void question.value;
    text.value = address.peek().query;
  });
  useEffect(() => focusBySlash(() => input.current?.select()), []);

  const close = () => {
    areWanted.value = false;
    suggestions.value = [];
    chosen.value = -1;
  };
  const suggest = () => {
    areWanted.value = true;
    const caret = input.current?.selectionStart ?? text.value.length;
    const known = { labels: labels.value, recent: recentQueries.value, termOf };
    suggestions.value = suggestionsFor(text.value, caret, known);
    chosen.value = -1;
  };
  useSignalEffect(() => {
    // Whoever was faster than the labels sees them all the same; a line that is chosen stays where it is.
    void labels.value;
    untracked(() => {
      if (areWanted.value && chosen.value === -1) suggest();
    });
  });
  const ask = (query: string) => {
    close();
    const asked = query.trim();
    remember(asked);
    sample.value = undefined;
    if (asked === address.value.query && address.value.view === 'photos') void find();
    else searchFor(asked);
  };
  const take = (suggestion: Suggestion) => {
    text.value = suggestion.query;
    if (suggestion.isWhole) return ask(suggestion.query);
    if (!input.current) return;
    // At once, for the next key may come before it is drawn.
    input.current.value = suggestion.query;
    input.current.setSelectionRange(suggestion.caret, suggestion.caret);
    suggest();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      if (isOpen) close();
      else text.value = address.value.query;
    } else if (event.key === 'Enter') {
      const suggestion = suggestions.value[chosen.value];
      if (suggestion) take(suggestion);
      else ask(text.value);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isOpen) suggest();
      const count = suggestions.value.length + 1;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One place more than there are suggestions: the box itself.
      chosen.value = ((chosen.value + 1 + step + count) % count) - 1;
    } else return;
    event.preventDefault();
  };

  const { fault } = answer.value;
  const column = fault instanceof ApiProblem ? fault.problem.column : undefined;
  return (
    <search class="search">
      <div class={`search-box${column === undefined ? '' : ' wrong'}`}>
        <Icon name="search" />
        <input
          ref={input}
          id="search"
          type="text"
          role="combobox"
          aria-label="Search pictures"
          aria-expanded={isOpen}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={chosen.value >= 0 ? `suggestion-${chosen.value}` : undefined}
          aria-invalid={column !== undefined}
          aria-describedby={column === undefined ? undefined : 'query-fault'}
          placeholder="Search: beach -person “sunset over water”"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="search"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            suggest();
          }}
          onFocus={suggest}
          onClick={suggest}
          onBlur={close}
          onKeyDown={onKeyDown}
        />
        {text.value !== '' && (
          <button type="button" class="quiet" aria-label="Clear the search" onClick={() => ask('')}>
            <Icon name="close" />
          </button>
        )}
        <SampleButton />
      </div>
      <SuggestionList suggestions={suggestions.value} chosen={chosen.value} onTake={take} />
    </search>
  );
}

function focusBySlash(focus: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    const isTyping =
      event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role=dialog]');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    focus();
  };
  addEventListener('keydown', listen);
  return () => removeEventListener('keydown', listen);
}
