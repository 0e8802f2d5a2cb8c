import { untracked, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { nameOf } from '../model/address.ts';
import { address } from '../store/address.ts';
import { answer, placeInAnswer } from '../store/answer.ts';
import { loadLone, lone, loneFault } from '../store/enlarged.ts';
import { tell } from '../store/notices.ts';
import { openSlides, type Slides } from './slides.ts';

/** Enlarges the picture that the address names, and follows it. */
export function Lightbox() {
  const open = useRef<Slides | undefined>(undefined);
  const asked = useRef('');
  useSignalEffect(() => {
    const name = address.value.image;
    const { state } = answer.value;
    const alone = lone.value;
    if (name === undefined) {
      open.current?.close();
      open.current = undefined;
      asked.current = '';
      return;
    }
    if (open.current !== undefined) return open.current.show(name);
    const at = placeInAnswer(name);
    const isSettled = state !== 'loading' || address.value.view !== 'photos';
    if (at !== undefined) open.current = untracked(() => openSlides({ name, isAlone: false }));
    else if (alone && nameOf(alone) === nameOf(name))
      open.current = untracked(() => openSlides({ name, isAlone: true }));
    else if (isSettled && asked.current !== nameOf(name)) {
      asked.current = nameOf(name);
      void loadLone(name).then(() => {
        if (loneFault.value) tell(`${name.key} cannot be shown: ${loneFault.value.message}`, 'fault');
      });
    }
  });
  return null;
}
