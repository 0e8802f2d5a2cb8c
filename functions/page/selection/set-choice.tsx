import { useId } from 'preact/hooks';
import { hasLabel } from '../model/learning.ts';
import type { LabelDraft } from './label-draft.ts';

/** The label set that the label is put in: one that is there, or a new one. */
export function SetChoice({ draft }: { draft: LabelDraft }) {
  const { sets, set, chosenSet, newName, suggested, fault } = draft;
  const [setId, nameId, hintId] = [useId(), useId(), useId()];
  return (
    <>
      <label for={setId}>Label set</label>
      <select
        id={setId}
        value={set.value}
        aria-describedby={hintId}
        onChange={(event) => {
          chosenSet.value = event.currentTarget.value;
        }}
      >
        {sets.value.map(({ name }) => (
          <option key={name} value={name} selected={set.value === name}>
            {name}
          </option>
        ))}
        <option value="" selected={set.value === ''}>
          New label set
        </option>
      </select>
      {set.value === '' && (
        <>
          <label for={nameId}>Name of the label set</label>
          <input
            id={nameId}
            value={newName.value}
            placeholder={suggested.value}
            autocomplete="off"
            aria-invalid={fault.value !== undefined}
            onInput={(event) => {
              newName.value = event.currentTarget.value.trim();
            }}
          />
          {fault.value !== undefined && <p class="field-fault">{fault.value}</p>}
        </>
      )}
      <p id={hintId} class="soft">
        <Hint draft={draft} />
      </p>
    </>
  );
}

/** What is written where, and who has the label already. */
function Hint({ draft: { sets, set, text } }: { draft: LabelDraft }) {
  const chosen = sets.value.find(({ name }) => name === set.value);
  const isThere = chosen !== undefined && hasLabel(chosen, text.value);
  const other = isThere ? undefined : sets.value.find((one) => hasLabel(one, text.value));
  const path = chosen && <code>{chosen.path ?? chosen.name}</code>;
  return (
    <>
      {path === undefined && 'Written here, and in use for uploads at once.'}
      {path && isThere && <>What is learned is written beside {path}.</>}
      {path && !isThere && <>The label is added to {path}, and what is learned is written beside it.</>}
      {other && ` The label set ${other.name} has a label of this name.`}
    </>
  );
}
