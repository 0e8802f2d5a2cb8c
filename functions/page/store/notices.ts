import { signal } from '@preact/signals';

/** A short remark that goes away by itself; it is read out as well. */
export interface Notice {
  readonly number: number;
  readonly text: string;
  readonly kind: 'done' | 'fault';
}

export const notices = signal<readonly Notice[]>([]);
/** What is only read out. */
export const announcement = signal('');

const DONE_MILLISECONDS = 4_000;
const FAULT_MILLISECONDS = 12_000;
let count = 0;

export function tell(text: string, kind: Notice['kind'] = 'done'): void {
  const number = count++;
  notices.value = [...notices.value, { number, text, kind }].slice(-3);
  setTimeout(() => dismiss(number), kind === 'done' ? DONE_MILLISECONDS : FAULT_MILLISECONDS);
}

export function dismiss(number: number): void {
  notices.value = notices.value.filter((notice) => notice.number !== number);
}
