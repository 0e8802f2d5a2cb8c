import type { ApiImage } from '../../api/contract.ts';
import { dateOf, dayTitle, monthTitle } from '../model/texts.ts';

/** With fewer pictures a day than this, headings would be more than pictures. */
const FEWEST_A_DAY = 5;

/**
 * What stands above each picture: its day or, where days have few pictures, its month; nothing where the order is not of
 * time. The first pictures decide for all, since later ones must not move those that stand.
 */
export function titlesOf(images: () => readonly ApiImage[], isByTime: boolean): (index: number) => string {
  if (!isByTime) return () => '';
  const first = images();
  const days = new Set(first.map(dateOf)).size;
  const isByDay = first.length / Math.max(1, days) >= FEWEST_A_DAY;
  const titles = new Map<string, string>();
  return (index) => {
    const image = images()[index];
    const date = image === undefined ? '' : dateOf(image);
    const key = isByDay ? date : date.slice(0, 7);
    let title = titles.get(key);
    if (title === undefined) {
      title = isByDay ? dayTitle(date) : monthTitle(date);
      titles.set(key, title);
    }
    return title;
  };
}
