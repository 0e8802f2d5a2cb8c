import { countText } from '../../terminal/amounts.ts';
import type { PicturesByModel, ReembeddingResult } from './reembedding.ts';

/** What was found at the start, and what is done about it. */
export function foundLine(found: PicturesByModel, modelDigest: string, isWanted: boolean): string {
  const others = [...found].map(([digest, count]) =>
    found.size === 1 ? digest : `${digest} (${countText(count)})`,
  );
  const what = `${pictures(totalOf(found))} tagged by model ${others.join(', ')}`;
  return isWanted
    ? `Re-embedding ${what} with model ${modelDigest}, in the background. --no-reembed leaves them as they are.`
    : `${what}: left as they are (--no-reembed), while uploads are tagged by model ${modelDigest}. ` +
        'Scores of two models do not compare; a start without the flag, or npx cliptag backfill, tags them anew.';
}

export function progressText(done: number, total: number): string {
  return `Re-embedding: ${countText(done)} of ${pictures(total)}`;
}

/** What became of them. */
export function doneLine(result: ReembeddingResult, modelDigest: string): string {
  const { reembedded, failed, gone, givenUp } = result;
  const rest = [
    [failed, 'cannot be read any more'],
    [gone, 'are gone or have been replaced'],
    [givenUp, 'were given up: npx cliptag redrive shows why and tries them again'],
  ] as const;
  return [
    `Re-embedded ${pictures(reembedded)} with model ${modelDigest}`,
    ...rest.flatMap(([count, fate]) => (count > 0 ? [`${countText(count)} ${fate}`] : [])),
  ].join('; ');
}

export function stoppedLine(done: number, total: number): string {
  return `Re-embedding stopped after ${countText(done)} of ${pictures(total)}: the next start does the rest.`;
}

export function faultLine(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `Re-embedding failed: ${why}. The next start does the rest.`;
}

export function totalOf(found: PicturesByModel): number {
  return [...found.values()].reduce((sum, count) => sum + count, 0);
}

function pictures(count: number): string {
  return `${countText(count)} ${count === 1 ? 'picture' : 'pictures'}`;
}
