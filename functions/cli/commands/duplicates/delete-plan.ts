import { printable } from '../../../core/printable.ts';
import { removalCommand } from '../../../core/removal-command.ts';
import { isCorrected, mayGo } from '../../../core/search/duplicates/may-go.ts';
import type { DuplicateGroup, SearchedImage } from '../../../core/search/image-search.ts';

export interface DeletePlanOptions {
  /** How the AWS CLI finds the pipeline, e.g. `--endpoint-url http://127.0.0.1:9000`. @default as it is configured */
  readonly awsFlags?: string | undefined;
  /** Whether it is of a pipeline on this machine, which takes its own keys only. @default false */
  readonly isLocal?: boolean | undefined;
  readonly date: Date;
}

const HEAD = `# Duplicates that may go, found by cliptag duplicates. Nothing has been deleted.
# Read it, strike out what is to stay, then run it: sh FILE
`;
const LOCAL_REMARK = `# It needs the keys of the pipeline, which are these unless it was started with others:
# export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
`;
const STAYING_REMARK = `# Lines that delete an image with more pixels than the one that is kept, or one whose labels a person has corrected, are comments
# until you take their # away.
`;
const SCENE_REMARK = `# These are other shots of the same scene and no copies: each line is a comment until you take its # away.
`;

/**
 * A shell script for people to read and then run: for each group, the best image as a comment, and a line for each other that
 * deletes it. Lines of scenes are comments themselves, for their images are not the same, and so is a line with which something
 * would be lost ({@link mayGo}).
 */
export function deletePlan(
  groups: readonly DuplicateGroup[],
  { awsFlags, isLocal = false, date }: DeletePlanOptions,
): string {
  const hasScenes = groups.some(({ kind }) => kind === 'scene');
  const hasStaying = groups.some(({ images: [best, ...others] }) =>
    others.some((image) => best && !mayGo(image, best)),
  );
  const remarks = [
    ...(isLocal ? [LOCAL_REMARK] : []),
    ...(hasScenes ? [SCENE_REMARK] : hasStaying ? [STAYING_REMARK] : []),
  ];
  const head = `${HEAD}${remarks.join('')}# ${date.toISOString()}\n`;
  return [head, ...groups.map((group) => groupLines(group, awsFlags))].join('\n');
}

function groupLines(
  { kind, images: [best, ...others] }: DuplicateGroup,
  awsFlags: string | undefined,
): string {
  if (!best) return '';
  const lines = others.flatMap((image) => [
    `# ${aboutText(image)}`,
    removalLine(urlOf(image), kind === 'photo' && mayGo(image, best), awsFlags),
  ]);
  return [`# keep ${printable(urlOf(best))}: ${aboutText(best)}`, ...lines, ''].join('\n');
}

function removalLine(url: string, isRun: boolean, awsFlags: string | undefined): string {
  const command = removalCommand(url, awsFlags);
  return !isRun && !command.startsWith('#') ? `# ${command}` : command;
}

function urlOf({ bucket, key }: SearchedImage): string {
  return `s3://${bucket}/${key}`;
}

/** Size and bytes, e.g. `4000 × 3000, 3.2 MB, jpeg, corrected`. */
export function aboutText(image: SearchedImage): string {
  const { width, height, sizeBytes, format } = image;
  const parts = [
    ...(width && height ? [`${width} × ${height}`] : []),
    ...(sizeBytes === undefined ? [] : [`${(sizeBytes / 1e6).toFixed(sizeBytes < 1e5 ? 3 : 1)} MB`]),
    ...(format === undefined ? [] : [format]),
    ...(isCorrected(image) ? ['corrected'] : []),
  ];
  return parts.join(', ') || 'of unknown size';
}
