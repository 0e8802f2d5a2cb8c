import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { LabelOptions } from '../parts/label-options.tsx';
import { WhyPanel } from './why-panel.tsx';

/** Why a picture does not carry a label: of any label that is typed. */
export function WhyNot({ image }: { image: ApiImage }) {
  const text = useSignal('');
  const asked = useSignal('');
  const [list, panel] = [useId(), useId()];
  return (
    <section class="why-not" aria-label="Why not another label?">
      <form
        class="add-label"
        onSubmit={(event) => {
          event.preventDefault();
          asked.value = text.value.trim();
        }}
      >
        <input
          aria-label="A label that is not shown"
          placeholder="Why not …?"
          list={list}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            if (text.value === '') asked.value = '';
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            event.currentTarget.blur();
          }}
        />
        <LabelOptions id={list} />
        <button type="submit" class="button" aria-controls={asked.value === '' ? undefined : panel}>
          Why?
        </button>
      </form>
      {asked.value !== '' && <WhyPanel key={asked.value} id={panel} image={image} label={asked.value} />}
    </section>
  );
}
