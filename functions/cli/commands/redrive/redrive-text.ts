import { columns } from '../../../terminal/columns.ts';
import type { DeadLetter, Redriven } from '../../pipeline/dead-letters.ts';

/** How many messages there are, and some of them. */
export function planLines(deadLetters: number, sample: readonly DeadLetter[]): string[] {
  if (deadLetters === 0) return ['The dead-letter queue is empty.'];
  const isAll = sample.length === deadLetters;
  const head = `${deadLetters} ${deadLetters === 1 ? 'dead letter' : 'dead letters'}`;
  const rows = sample.map(({ messageId, objects, receiveCount, sentAt, reason }) => [
    `  ${objects.join(' ') || messageId}`,
    `received ${receiveCount} times`,
    sentAt ?? '',
    reason ?? "(the function's log says why)",
  ]);
  return [
    `${head}${isAll || sample.length === 0 ? '' : `, for instance ${sample.length}`}:`,
    ...columns(rows),
  ];
}

/** How to find out why messages failed, where one of them does not say it itself. */
export function logHint(sample: readonly DeadLetter[], logGroup: string | undefined): string[] {
  if (logGroup === undefined || sample.every(({ reason }) => reason !== null)) return [];
  const pattern = `'{ $.message = "message failed" }'`;
  return [`Why: aws logs filter-log-events --log-group-name ${logGroup} --filter-pattern ${pattern}`];
}

export function doneLine({ state, moved, reason }: Redriven): string {
  const text = `${moved} ${moved === 1 ? 'message is' : 'messages are'} back in the queue`;
  if (state === 'completed') return `${text}.`;
  return state === 'cancelled'
    ? `Cancelled: ${text}.`
    : `Failed: ${text}: ${reason ?? 'SQS does not say why'}.`;
}
