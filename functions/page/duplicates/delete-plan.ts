import { printable } from '../../core/printable.ts';
import { removalCommand, shellWord } from '../../core/removal-command.ts';
import { type ImageName, nameOf } from '../model/address.ts';

const HEAD = `# Duplicates that may go, chosen on Cliptag's page. Nothing has been deleted.
# Read it, strike out what is to stay, then run it: sh FILE
`;

/**
 * A shell script for people to read and then run, as `cliptag duplicates --delete-plan` writes it: what is kept of each
 * group as a comment, and a line that deletes each other.
 *
 * @param doomed names of the pictures that may go
 * @param s3Endpoint of a pipeline on one machine, whose plan never reaches a bucket of the same name in an account
 */
export function deletePlan(
  groups: ReadonlyArray<readonly ImageName[]>,
  doomed: ReadonlySet<string>,
  date: Date,
  s3Endpoint?: string,
): string {
  const chosen = groups.filter((group) => group.some((image) => doomed.has(nameOf(image))));
  const lines = chosen.map((group) =>
    group
      .map((image) => (doomed.has(nameOf(image)) ? removalCommand(urlOf(image)) : keptLine(image)))
      .join('\n'),
  );
  const place = s3Endpoint === undefined ? '' : placeLines(s3Endpoint);
  return `${HEAD}# ${date.toISOString()}\n${place}\n${lines.join('\n\n')}\n`;
}

function placeLines(s3Endpoint: string): string {
  return `export AWS_ENDPOINT_URL=${shellWord(s3Endpoint)}
# It needs the keys of the pipeline, which are these unless it was started with others:
# export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
`;
}

function keptLine(image: ImageName): string {
  return `# keep ${printable(urlOf(image))}`;
}

function urlOf(image: ImageName): string {
  return `s3://${nameOf(image)}`;
}
