import { readFile } from 'node:fs/promises';
import { IS_CHECKOUT, packagePath } from '../../../adapters/files/package-folder.ts';
import { daysSince, outdatedText, pinnedOn } from '../../../core/base-image-age.ts';
import type { DeployedStack } from '../../pipeline/deployed-stack.ts';

/** What is known of a base image. */
export interface BaseImageState {
  /** The day on which it was pinned, `2026-11-30`; null where there is none. */
  readonly pinnedOn: string | null;
  readonly days: number | null;
  readonly freshDays: number;
  readonly outdated: boolean;
}

const DOCKERFILE = IS_CHECKOUT
  ? packagePath('infra', 'packaging', 'Dockerfile')
  : packagePath('dist', 'functions', 'Dockerfile');

/** Looks at the base image of a stack, or else at that of this Cliptag. */
export async function baseImageState(
  stack: DeployedStack | undefined,
  freshDays: number,
  now: Date,
): Promise<BaseImageState> {
  const day = stack ? stack.outputs.BaseImagePinnedOn : pinnedOn(await readFile(DOCKERFILE, 'utf8'));
  if (day === undefined) return { pinnedOn: null, days: null, freshDays, outdated: false };
  const outdated = outdatedText(day, now, freshDays) !== undefined;
  return { pinnedOn: day, days: daysSince(day, now), freshDays, outdated };
}

/** One line for people. */
export function stateText({ pinnedOn: day, days, freshDays, outdated }: BaseImageState): string {
  if (day === null)
    return 'There is no pinned base image: a stack of zip archives, of a base image of your own, or of an older version';
  if (!outdated)
    return `The base image was pinned on ${day}, ${days} days ago: fresh, up to ${freshDays} days`;
  return `The base image was pinned on ${day}, ${days} days ago: pin a newer one (npm run pin:base, or a newer Cliptag) and deploy`;
}
