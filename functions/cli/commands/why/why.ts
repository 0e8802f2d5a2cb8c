import { stat } from 'node:fs/promises';
import type { Explanation } from '../../../client/client.ts';
import { CliptagError } from '../../../core/errors.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import {
  BUCKET_OF_KEY_FLAG,
  imageNamed,
  imageOperandFaults,
  imageUrl,
} from '../../pipeline/image-operand.ts';
import { QUEUE_FLAGS } from '../../pipeline/queue-flags.ts';
import { TABLE_FLAGS, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

const flags = {
  labels: { ...LABELS_FLAG, about: "Label sets to explain by. Default: the pipeline's; those of Cliptag." },
  model: { ...MODEL_FLAG, about: 'The model. Default: the one that tagged the image; for a file, embedded.' },
  bucket: BUCKET_OF_KEY_FLAG,
  ...TABLE_FLAGS,
  'http-port': {
    ...QUEUE_FLAGS['http-port'],
    about: `The local pipeline's page, whose API is asked. Default: ${LOCAL_PIPELINE.httpPort}.`,
  },
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const why = command({
  usage: `why KEY|s3://BUCKET/KEY|FILE [LABEL] [--labels FILE|FOLDER]… [--model NAME|FOLDER] [--json]
       cliptag why KEY|s3://BUCKET/KEY [LABEL] --stack NAME [--region REGION] …`,
  about: `Says why an image carries its labels, or why it carries LABEL or does not: score, cosine, how far that is above
pictures without the label, threshold, rivals, prompts, examples, corrections. A LABEL is written as \`query\` takes it.
A name that is that of a file here means the file, unless a flag says where the image is stored. The local pipeline is
asked; with --labels or --model, or for what is deployed, the record is explained by what is on this machine.
--json: what GET /why of the HTTP API answers; of a file with "path" in place of "bucket" and "key".
Exit code: 0; 1 when there is no record of such an image; 2 when it was asked for wrongly.`,
  example: 'why chelsea.png dog',
  operands: 'files',
  flags,
  check: ({ flags: { 'http-port': port, labels, model, json: _, bucket: __, ...place }, operands }) => [
    ...operandFaults(operands),
    ...tableFlagFaults(place),
    ...(port !== undefined && [...Object.values(place), labels, model].some((value) => value !== undefined)
      ? [
          '--http-port asks the local pipeline, which knows its table, model and label sets: expected no other flag that names them',
        ]
      : []),
  ],
  run: async ({ flags: given, operands: [name = '', label] }, output) => {
    const isFile = await meansFile(name, given);
    const found = isFile
      ? await ofFile(name, label, given, output.remark)
      : await ofRecord(name, label, given, output.remark).catch(orNoFile(name));
    if (typeof found === 'string') {
      output.fault(`cliptag why: ${found}`);
      return EXIT.failed;
    }
    if (given.json) await output.line(JSON.stringify(isFile ? withPath(found) : found));
    else {
      const { whyLines } = await import('./why-text.ts');
      for (const line of whyLines(found, label !== undefined)) await output.line(line);
    }
    return EXIT.done;
  },
});

function operandFaults([name, label, ...others]: readonly string[]): readonly string[] {
  if (!name || others.length > 0) return ['expected one KEY, s3://BUCKET/KEY or FILE, and perhaps a LABEL'];
  return [...imageOperandFaults([name]), ...(label?.trim() === '' ? ['expected a LABEL of some text'] : [])];
}

/** Flags that say where an image is stored. */
const PLACE_FLAGS = ['bucket', 'stack', 'table', 'dynamodb-port', 'http-port'] as const;

async function meansFile(name: string, given: Flags): Promise<boolean> {
  if (imageUrl(name) || PLACE_FLAGS.some((flag) => given[flag] !== undefined)) return false;
  return (await stat(name).catch(() => undefined))?.isFile() ?? false;
}

async function ofFile(
  path: string,
  label: string | undefined,
  { labels, model }: Flags,
  warn: (remark: string) => void,
): Promise<Explanation> {
  const { fileExplanation } = await import('./file-explanation.ts');
  return fileExplanation(path, { label, labels, model, warn });
}

/** A text says that there is no such record. */
async function ofRecord(
  name: string,
  label: string | undefined,
  given: Flags,
  warn: (remark: string) => void,
): Promise<Explanation | string> {
  const { labels, model, 'http-port': httpPort } = given;
  const place = await tablePlace(given);
  const image = imageNamed(name, given.bucket, place);
  const noRecord = async () => {
    const { requireBucket } = await import('../../pipeline/known-bucket.ts');
    await requireBucket(image.bucket, place, given);
    return `there is no record of s3://${image.bucket}/${image.key}`;
  };
  const isByTable =
    place.kind === 'deployed' || [labels, model, given['dynamodb-port']].some((value) => value !== undefined);
  if (isByTable) {
    const { tableExplanation } = await import('./table-explanation.ts');
    return (await tableExplanation(image, { place, label, labels, model, warn })) ?? noRecord();
  }
  const { pipelineExplanation } = await import('./pipeline-explanation.ts');
  const port = Number(httpPort ?? LOCAL_PIPELINE.httpPort);
  return pipelineExplanation(image, label, port).catch((error: unknown) => {
    if (error instanceof CliptagError && error.code === 'no-image') return noRecord();
    throw error;
  });
}

/** Who has misspelt a file's name has no pipeline in mind. */
function orNoFile(name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CliptagError) || error.code !== 'no-pipeline' || imageUrl(name)) throw error;
    throw new CliptagError(error.code, `there is no file "${name}" here, and ${error.message}`, {
      cause: error,
    });
  };
}

function withPath({ bucket: _, key: path, ...explanation }: Explanation): object {
  return { path, ...explanation };
}
