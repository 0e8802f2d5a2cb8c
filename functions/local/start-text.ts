import { basename } from 'node:path';
import type { Tag } from '../core/labels/scores.ts';
import { printable } from '../core/printable.ts';
import { shownUnknown } from '../core/records/shown-unknown.ts';
import { RESULT_EVENT_SOURCE, type ResultEvent } from '../core/results/result-event.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import type { Report } from '../tag-images/tag-messages.ts';
import type { Output } from '../terminal/output.ts';
import { tagsText } from '../terminal/tags-text.ts';
import { LOCAL_PIPELINE } from './control-api/local-pipeline.ts';
import { LOCAL_REGION, LOCAL_TABLE_NAME } from './dynamodb/table.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from './pipeline.ts';

/** What happened to an image, in one line. */
export function outcomeLine({ object, result, record }: TaggingOutcome): string {
  const told =
    record && record.status !== 'tagged'
      ? (record.reason ?? '')
      : tagsText(record?.tags ?? [], record && shownUnknown(record));
  return printable(
    `${result.padEnd(11)} ${object.bucket}/${object.key}  ${result === 'superseded' ? '' : told}`.trimEnd(),
  );
}

/** A result event as rules of EventBridge see it, on one line that other programs can read. */
export function eventLine({ type, detail }: ResultEvent): string {
  return JSON.stringify({ source: RESULT_EVENT_SOURCE, 'detail-type': type, detail });
}

/** Tells what happened to each image, and what went wrong. */
export function outputReport(output: Output, onOutcome: (outcome: TaggingOutcome) => void): Report {
  return {
    outcome: (outcome) => {
      onOutcome(outcome);
      const { object, thumbnailFault } = outcome;
      if (thumbnailFault === undefined) return;
      output.remark(`No thumbnail of ${printable(object.key)} is kept: ${printable(thumbnailFault)}`);
    },
    ignored: () => {},
    fault: (error, { messageId, attributes }) =>
      output.remark(
        `Message ${messageId} failed (receive ${attributes.ApproximateReceiveCount}): ${printable(error instanceof Error ? error.message : String(error))}`,
      ),
  };
}

/** The lines that show the pipeline at work, from search to the AWS CLI, to be pasted as they are. */
export function linesToTry(
  { s3, dynamodb, httpPort }: Pick<Pipeline, 's3' | 'dynamodb'> & { httpPort: number },
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
  sample: { file: string; tag: Tag | undefined },
): string {
  const label = `LABEL#${sample.tag?.set ?? 'general'}#${sample.tag?.label ?? 'cat'}`;
  const values = JSON.stringify({ ':label': { S: label } });
  const place = httpPort === LOCAL_PIPELINE.httpPort ? '' : ` --http-port ${httpPort}`;
  return [
    `  npx cliptag search ${shellQuoted(sample.tag?.label ?? 'cat')}${place}`,
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
