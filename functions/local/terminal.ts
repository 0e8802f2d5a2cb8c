import { basename } from 'node:path';
import { SCORE_DECIMALS, type Tag } from '../core/labels/scores.ts';
import { printable } from '../core/printable.ts';
import { RESULT_EVENT_SOURCE, type ResultEvent } from '../core/results/result-event.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import type { Report } from '../tag-images/tag-messages.ts';
import { LOCAL_REGION, LOCAL_TABLE_NAME } from './dynamodb/table.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from './pipeline.ts';

/** Two decimals are enough to look at; {@link SCORE_DECIMALS} of them are stored. */
const SHOWN_DECIMALS = Math.min(2, SCORE_DECIMALS);

/** Tags in one line, best first. */
export function tagLine(tags: readonly Tag[]): string {
  return (
    tags.map(({ label, score }) => `${label} ${score.toFixed(SHOWN_DECIMALS)}`).join(', ') ||
    '(no label fits)'
  );
}

/** What happened to an image, in one line. */
export function outcomeLine({ object, result, record }: TaggingOutcome): string {
  const told = record && record.status !== 'tagged' ? (record.reason ?? '') : tagLine(record?.tags ?? []);
  return printable(
    `${result.padEnd(11)} ${object.bucket}/${object.key}  ${result === 'superseded' ? '' : told}`.trimEnd(),
  );
}

/** A result event as rules of EventBridge see it, on one line that other programs can read. */
export function eventLine({ type, detail }: ResultEvent): string {
  return JSON.stringify({ source: RESULT_EVENT_SOURCE, 'detail-type': type, detail });
}

/** Tells on standard output what happens to each image, and on standard error what goes wrong. */
export function terminalReport(onOutcome: (outcome: TaggingOutcome) => void): Report {
  return {
    outcome: onOutcome,
    ignored: () => {},
    fault: (error, { messageId, attributes }) =>
      console.error(
        `Message ${messageId} failed (receive ${attributes.ApproximateReceiveCount}): ${printable(error instanceof Error ? error.message : String(error))}`,
      ),
  };
}

/** Two columns, as wide as the first one needs. */
export function table(rows: ReadonlyArray<readonly [string, string]>): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}

/** The lines that show the pipeline at work with the AWS CLI, to be pasted as they are. */
export function linesToTry(
  { s3, dynamodb }: Pick<Pipeline, 's3' | 'dynamodb'>,
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
  sample: { file: string; tag: Tag | undefined },
): string {
  const label = `LABEL#${sample.tag?.set ?? 'general'}#${sample.tag?.label ?? 'cat'}`;
  const values = JSON.stringify({ ':label': { S: label } });
  return [
    `  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_DEFAULT_REGION=${LOCAL_REGION}`,
    `  aws s3 cp ${sample.file} s3://${LOCAL_BUCKET_NAME}/copy-of-${basename(sample.file)} --endpoint-url ${s3.url}`,
    `  aws dynamodb query --table-name ${LOCAL_TABLE_NAME} --endpoint-url ${dynamodb.url} \\`,
    `    --key-condition-expression 'PK = :label' --expression-attribute-values ${shellQuoted(values)} \\`,
    '    --no-scan-index-forward',
  ].join('\n');
}

/** As one word of a POSIX shell, whatever stands in it. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
