import type { ImageRecord } from './image-record.ts';

/** The label sets of which people are told that none of their labels fits: whoever has added one knows better. */
export function shownUnknown({
  tags,
  unknown = [],
}: Pick<ImageRecord, 'tags' | 'unknown'>): readonly string[] {
  return unknown.filter((name) => !tags.some(({ set }) => set === name));
}
