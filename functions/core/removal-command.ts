import { printable } from './printable.ts';

/** What would end a line ends a comment, and the rest of a name would be run. */
const UNSPEAKABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * The line of a shell script that deletes an object; a comment where its name has characters that no line holds.
 *
 * @param awsFlags how the AWS CLI finds the bucket. @default as it is configured
 * @example removalCommand("s3://photos/it's.jpg") // aws s3 rm 's3://photos/it'\''s.jpg'
 */
export function removalCommand(url: string, awsFlags?: string): string {
  if (UNSPEAKABLE.test(url)) return `# left out, for its name has control characters: ${printable(url)}`;
  return ['aws s3 rm', ...(awsFlags === undefined ? [] : [awsFlags]), shellWord(url)].join(' ');
}

/** A text as one word of any POSIX shell: between single quotes nothing but a single quote means anything. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
