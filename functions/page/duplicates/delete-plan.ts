import { type ImageName, nameOf } from '../model/address.ts';

const HEAD = `# Duplicates that may go, chosen on Cliptag's page. Nothing has been deleted.
# Read it, strike out what is to stay, then run it: sh FILE
# For a pipeline on this machine: AWS_ENDPOINT_URL=http://127.0.0.1:9000 sh FILE
`;

/**
 * A shell script for people to read and then run, as `cliptag duplicates --delete-plan` writes it: what is kept of each
 * group as a comment, and a line that deletes each other.
 *
 * @param doomed names of the pictures that may go
 */
export function deletePlan(
  groups: ReadonlyArray<readonly ImageName[]>,
  doomed: ReadonlySet<string>,
  date: Date,
): string {
  const chosen = groups.filter((group) => group.some((image) => doomed.has(nameOf(image))));
  const lines = chosen.map((group) =>
    group.map((image) => (doomed.has(nameOf(image)) ? removalLine(image) : keptLine(image))).join('\n'),
  );
  return `${HEAD}# ${date.toISOString()}\n\n${lines.join('\n\n')}\n`;
}

/** What would end a line ends a comment, and the rest of a name would be run. */
const UNSPEAKABLE = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

function keptLine(image: ImageName): string {
  return `# keep s3://${printable(nameOf(image))}`;
}

function removalLine(image: ImageName): string {
  const name = nameOf(image);
  if (printable(name) !== name)
    return `# left out, for its name has control characters: s3://${printable(name)}`;
  // As one word of any POSIX shell: between single quotes nothing but a single quote means anything.
  return `aws s3 rm 's3://${name.replaceAll("'", `'\\''`)}'`;
}

function printable(text: string): string {
  return text.replace(UNSPEAKABLE, '\uFFFD');
}
