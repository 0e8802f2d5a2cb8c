import type { StatusAnswer } from '../api/contract.ts';

/** Counting in a stack reads the index of all its images: the more there are, the less often it is done. */
const BASE_MILLISECONDS = 3_000;
const MILLISECONDS_AN_IMAGE = 1;

/** Asks for the status at most as often as it is worth: 100,000 images are counted every 103 seconds. */
export function keptStatus(ask: () => Promise<StatusAnswer>, now = Date.now): () => Promise<StatusAnswer> {
  let kept: { readonly answer: Promise<StatusAnswer>; readonly askedAt: number } | undefined;
  let lifetime = 0;
  return async () => {
    if (kept && now() < kept.askedAt + lifetime) return kept.answer;
    const answer = ask();
    const asked = { answer, askedAt: now() };
    kept = asked;
    lifetime = BASE_MILLISECONDS;
    try {
      const { images } = await answer;
      const count = Object.values(images).reduce((sum, one) => sum + one, 0);
      lifetime = BASE_MILLISECONDS + count * MILLISECONDS_AN_IMAGE;
    } catch {
      if (kept === asked) kept = undefined;
    }
    return answer;
  };
}
