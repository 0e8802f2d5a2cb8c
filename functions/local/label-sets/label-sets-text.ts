import { labelSetChangeText } from '../../core/labels/label-set-changes.ts';
import { printable } from '../../core/printable.ts';
import { countText } from '../../terminal/amounts.ts';
import type { LabelSetNews } from './live-label-sets.ts';
import type { RetagProgress } from './local-retag.ts';

/**
 * News of label sets, as the terminal shows them.
 *
 * @param others pictures whose tags come from other label sets
 * @param command that retags them
 */
export function newsLines(news: LabelSetNews, others: number, command: string): readonly string[] {
  if (news.kind === 'faulty') {
    return [
      'The changed label sets cannot be used; those from before stay in use:',
      ...news.faults.map((fault) => `  ${printable(fault)}`),
    ];
  }
  const changes =
    news.kind === 'changed' ? news.changes.map((change) => printable(labelSetChangeText(change))) : [];
  const whole = news.kind === 'mended' ? ['The label sets are as they were before, and in use.'] : [];
  return [...whole, ...changes, ...othersLines(others, command)];
}

/** What may be done about pictures whose tags come from other label sets; nothing where there are none. */
export function othersLines(others: number, command: string): readonly string[] {
  if (others === 0) return [];
  const pictures = others === 1 ? '1 picture has' : `${countText(others)} pictures have`;
  return [`${pictures} tags of other label sets: ${command}, or the button in the page, tags them anew.`];
}

/** What became of a retag that was ordered in the page; nothing while it goes on. */
export function retagLines({ state, images, changed = 0, fault }: RetagProgress): readonly string[] {
  if (state === 'running') return [];
  if (state === 'failed')
    return [`Retagging failed: ${printable(fault ?? '')}. Started again, it does the rest.`];
  return [`Retagged ${countText(images)} pictures: ${countText(changed)} got other tags.`];
}
