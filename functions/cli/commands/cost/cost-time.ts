import { estimatedMilliseconds } from '../../../core/cost/cost.ts';
import type { CostAssumptions } from './cost-text.ts';

/** What is assumed unless flags say otherwise; a stack with default settings has the same. */
export const DEFAULTS = {
  model: 'vit-b-32-256-datacomp',
  memoryMegabytes: 3_008,
  batchSize: 10,
  tags: 5,
  megapixels: 4,
  objectTags: 5,
  dimensions: 512,
  concurrency: 6,
} as const;

/** How long an image takes, on which function, and where that comes from. */
export type CostTime = Pick<
  CostAssumptions,
  | 'millisecondsPerImage'
  | 'batchSize'
  | 'memoryMegabytes'
  | 'architecture'
  | 'model'
  | 'megapixels'
  | 'measured'
>;

/** The flags of `cliptag cost` that say it. */
interface TimeFlags {
  readonly milliseconds?: string | undefined;
  readonly model?: string | undefined;
  readonly arch?: string | undefined;
  readonly 'memory-mb'?: string | undefined;
  readonly 'avg-megapixels'?: string | undefined;
}

/** Given by the user, or estimated from measurements. */
export function assumedTime(
  { milliseconds, model = DEFAULTS.model, arch = 'arm64', ...flags }: TimeFlags,
  tags: number,
): CostTime {
  const memoryMegabytes = Number(flags['memory-mb'] ?? DEFAULTS.memoryMegabytes);
  const megapixels = Number(flags['avg-megapixels'] ?? DEFAULTS.megapixels);
  const architecture = isArchitecture(arch) ? arch : 'arm64';
  const rest = { batchSize: DEFAULTS.batchSize, memoryMegabytes, architecture } as const;
  if (milliseconds !== undefined) return { ...rest, millisecondsPerImage: Number(milliseconds) };
  const millisecondsPerImage = estimatedMilliseconds(model, { megapixels, tags, memoryMegabytes });
  return { ...rest, millisecondsPerImage, megapixels, model };
}

export function isArchitecture(value: string): value is 'arm64' | 'x86_64' {
  return value === 'arm64' || value === 'x86_64';
}
