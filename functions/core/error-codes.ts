/**
 * Every error code: what it means, what is to be done about it, and whether another try may succeed with nothing changed.
 * `docs/error-codes.md` is made of this table, and Step Functions decides by these codes. Longer than other files, for it
 * is one table.
 */
export interface ErrorDescription {
  readonly meaning: string;
  readonly remedy: string;
  /** @default false */
  readonly retryable?: boolean;
}

type Descriptions = Readonly<Record<string, ErrorDescription>>;

/** Permanent faults of an image: the `reasonCode` of its record and of its result event. */
export const IMAGE_FAULTS = {
  empty: {
    meaning: 'The object has no bytes.',
    remedy: 'Upload the file again.',
  },
  'not-an-image': {
    meaning: 'The content is no image that is known, whatever the name of the object says.',
    remedy: 'Nothing, or let the upload filter leave such objects out by prefix or suffix.',
  },
  'unsupported-format': {
    meaning:
      'A picture, document or film of a known format that is not read, such as BMP or PDF, a camera RAW file without a preview of 160 pixels or more, or a picture of more than four channels.',
    remedy: 'Convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG.',
  },
  truncated: {
    meaning: 'The file ends before the picture does.',
    remedy: 'Upload it again, as a whole.',
  },
  corrupt: {
    meaning:
      'The file has the format of an image but cannot be decoded; the reason has the words of the decoder.',
    remedy: 'Upload it again, or save it anew in an image editor.',
  },
  'too-many-pixels': {
    meaning: 'Decoding the picture would take more pixels or more memory than the limits allow.',
    remedy: 'Upload a smaller version.',
  },
  'too-large': {
    meaning: 'The object is larger than the limit in bytes (`maximumBytes`).',
    remedy:
      'Upload a smaller version, or raise `maximumBytes` and run a backfill, which tries such objects again.',
  },
  'too-slow': {
    meaning: 'Decoding took longer than the limit, although a processor was free for it.',
    remedy: 'Upload a simpler version. A backfill tries such objects again.',
  },
  'ends-the-process': {
    meaning:
      'The process that tagged ended several times while it worked on this object alone: no memory was left, native code crashed, or the time was up.',
    remedy:
      'Upload a simpler version, and look at the log of the function. A backfill tries such objects again.',
  },
  'not-readable': {
    meaning: 'The object lies in an archive storage class, from which S3 does not read.',
    remedy:
      'Restore the object: it is looked at again as soon as S3 tells that it can be read. A backfill tries such objects, too.',
  },
} as const satisfies Descriptions;

/** Faults of a message or of what works on it: retryable ones go back to the queue. */
const TAGGING_ERRORS = {
  'message-not-understood': {
    meaning:
      'A message is no event of S3, MinIO, RustFS, Ceph or EventBridge and no listed object, or a field of it is not as expected.',
    remedy: 'Look at the message in the dead-letter queue and at what sends it.',
  },
  'object-gone': {
    meaning: 'The object was deleted before it could be read.',
    remedy: 'Nothing: the event of its removal does the rest.',
  },
  'object-changed': {
    meaning: 'The object was overwritten before it could be read.',
    remedy: 'Nothing: the event of the newer state does the rest.',
  },
  'object-incomplete': {
    meaning: 'Fewer bytes of the object arrived than it has, or other ones.',
    remedy: 'Nothing, unless it stays: then look at what stands between the function and S3.',
    retryable: true,
  },
  'out-of-time': {
    meaning: 'The function’s time was nearly up before a message that came again was done.',
    remedy:
      'Nothing, unless it stays: then look at how fast S3 and DynamoDB answer, or give the function more time.',
    retryable: true,
  },
  contended: {
    meaning: 'Other writers changed the same image record faster, several times in a row.',
    remedy: 'Nothing, unless it stays: then look for a loop that uploads or retags one object over and over.',
    retryable: true,
  },
  throttled: {
    meaning: 'DynamoDB kept putting off a part of a batch of reads.',
    remedy: 'Nothing, unless it stays: then look at the throttled requests of the table.',
    retryable: true,
  },
  'result-not-told': {
    meaning: 'The image record stands, but its result event or its object tags could not be written.',
    remedy: 'Look at the cause in the log; rights on the event bus or on the bucket may be missing.',
    retryable: true,
  },
  'decode-timeout': {
    meaning: 'The machine was too busy to decode a picture in time.',
    remedy: 'Nothing, unless it stays: then give the function more memory, and with it more of a processor.',
    retryable: true,
  },
  'decode-out-of-memory': {
    meaning: 'There was not enough memory to decode a picture beside the others.',
    remedy: 'Nothing, unless it stays: then give the function more memory.',
    retryable: true,
  },
  'decoding-process-failed': {
    meaning: 'The process that decodes an image by itself could not be started, or the system ended it.',
    remedy: 'Nothing, unless it stays: then give the function more memory.',
    retryable: true,
  },
} as const satisfies Descriptions;

/** Step Functions sees these, too: each as the name of an error. */
const WORKFLOW_ERRORS = {
  'queue-full': {
    meaning: 'The queue holds as many messages as a backfill may leave in it.',
    remedy: 'Nothing: the workflow waits and tries again.',
    retryable: true,
  },
  'dead-letters-grow': {
    meaning:
      'Messages came to the dead-letter queue while a backfill was under way: it was stopped, since more would fail.',
    remedy:
      'Look at them (`cliptag redrive`), mend what they failed with, and start it again: it does the rest.',
  },
  'not-sent': {
    meaning: 'SQS refused messages of a backfill.',
    remedy: 'The workflow tries again; a message that SQS calls faulty needs a look at the object’s key.',
    retryable: true,
  },
  'bucket-not-watched': {
    meaning: 'A backfill was started for a bucket whose objects the stack does not tag.',
    remedy: 'Start it for a bucket of the stack, or add the bucket to the stack.',
  },
  'label-sets-changed': {
    meaning:
      'The stack was deployed with other label sets or another model while a retagging run was under way.',
    remedy: 'Retag again.',
  },
  'segment-taken': {
    meaning: 'Two workers of a retagging run work on the same segment of the table.',
    remedy: 'Nothing: the later one ends, and the workflow goes on with what the other has saved.',
    retryable: true,
  },
  'not-complete': {
    meaning: 'A retagging run was summed up before all of its segments were done.',
    remedy: 'Retag again: what is done is found done.',
  },
  'no-classifier': {
    meaning: 'A label set has no compiled classifier in the image of the function that retags.',
    remedy: 'Deploy again, which builds the image anew.',
  },
  'run-failed': {
    meaning: 'A run of the workflow that retags ended as failed, timed out or aborted.',
    remedy: 'Retag again: it does the rest. The message has the cause.',
  },
} as const satisfies Descriptions;

const MODEL_ERRORS = {
  'no-model': {
    meaning:
      'There is no model folder where one is expected, or a file of it is missing or is no ONNX model.',
    remedy:
      'Check the path, or pull and compile the model (`cliptag models pull`, `cliptag models compile`).',
  },
  'no-tokenizer': {
    meaning: 'The tokenizer of a model is missing, cannot be read, or belongs to another model.',
    remedy: 'Pull or compile the model again.',
  },
  'model-fault': {
    meaning: 'An encoder gave an output of another shape than its manifest says, or no finite vector.',
    remedy: 'Compile the model again; `cliptag models verify` compares it with its checkpoint.',
  },
  'model-mismatch': {
    meaning: 'Embeddings of different models were to be compared.',
    remedy: 'Tag the images with one model: deploy it, then run a backfill.',
  },
  'not-an-embedding': {
    meaning:
      'A vector has no direction (its length is zero or not finite), or stored bytes are no float16 vector.',
    remedy: 'Tag the image again; where a model gives such vectors, compile it again.',
  },
  'wrong-pixels': {
    meaning: 'An encoder was given pixels of another size than it takes.',
    remedy: 'Give a decoder the pixel specification of the encoder. Cliptag’s own commands always do.',
  },
  'not-comparable': {
    meaning: 'Two lists of embeddings or of labels that are to be compared are empty or differ in length.',
    remedy: 'Give as many of one as of the other.',
  },
} as const satisfies Descriptions;

const CHECKPOINT_ERRORS = {
  'no-checkpoint': {
    meaning: 'A folder holds no checkpoint that can be compiled, or a file of it cannot be read.',
    remedy:
      'Name the folder of a CLIP or SigLIP checkpoint with its safetensors, configuration and tokenizer.',
  },
  'hub-unreachable': {
    meaning: 'No connection to the hub comes about.',
    remedy: 'Check the network and the proxy variables, or give a mirror (`--mirror`).',
    retryable: true,
  },
  'hub-interrupted': {
    meaning: 'A download broke off or stalled.',
    remedy: 'Pull again: it goes on where it ended.',
    retryable: true,
  },
  'hub-busy': {
    meaning: 'The hub answered that it is busy, or failed on its side (429, 5xx).',
    remedy: 'Pull again later: it goes on where it ended.',
    retryable: true,
  },
  'hub-refused': {
    meaning: 'The hub, a proxy or a certificate refuses the download.',
    remedy: 'The message says which: accept the licence, set HF_TOKEN, or check the proxy.',
  },
  'hub-not-found': {
    meaning: 'The hub has no such repository, revision or file.',
    remedy: 'Check the names.',
  },
  'hub-unexpected-answer': {
    meaning: 'The hub answered something else than its protocol says.',
    remedy: 'Check the endpoint (`--mirror`, HF_ENDPOINT).',
  },
  'digest-mismatch': {
    meaning: 'What came from the hub is not the file that was expected. It has been removed.',
    remedy: 'Pull again; if it stays, the mirror has other files than the hub: ask its owner.',
  },
  'no-digest': {
    meaning: 'A mirror gives no digest of a file, and models.lock.json holds none.',
    remedy: 'Pull once from the hub itself, and bring models.lock.json along.',
  },
  'pull-running': {
    meaning: 'Another process pulls into the same folder.',
    remedy: 'Wait for it, or end it.',
  },
  'disk-full': {
    meaning: 'There is not enough room for a file.',
    remedy: 'Make room, or choose a folder on another disk, then run the command again.',
  },
  'not-writable': {
    meaning: 'A file cannot be written.',
    remedy: 'Check its folder and the rights on it, or choose another one.',
  },
} as const satisfies Descriptions;

const SEARCH_ERRORS = {
  'invalid-query': {
    meaning: 'A query is not in the query language, or names a label or an image that there is not.',
    remedy: 'The message says what was expected at which column; `docs/search.md` has the language.',
  },
  'invalid-cursor': {
    meaning: 'A cursor is none that a search gave, or one of another query, order or version.',
    remedy: 'Ask for the first page again, without a cursor.',
  },
} as const satisfies Descriptions;

const COMMAND_ERRORS = {
  usage: {
    meaning: 'A command was called with flags or arguments that it does not take.',
    remedy: 'The message says which; `--help` lists them.',
  },
  'invalid-input': {
    meaning: 'A label set, manifest, environment or order is not as it should be; all its faults are listed.',
    remedy: 'Mend what the message names.',
  },
  'no-image': {
    meaning: 'There is no record of such an image, or the image was deleted.',
    remedy: 'Check bucket and key; an image that was uploaded a moment ago has its record once it is tagged.',
  },
  'not-tagged': {
    meaning:
      'An image that is to be corrected, or compared with others, has no tags: it is failed or unsupported.',
    remedy: 'Mend and upload it again; `cliptag show` has the reason.',
  },
  'too-many-corrections': {
    meaning: 'An image would have more corrections than its record takes.',
    remedy: 'Take some back (`cliptag correct KEY --clear L`).',
  },
  'no-pipeline': {
    meaning: 'No local pipeline answers.',
    remedy: 'Start it with `cliptag start`, or name a deployed stack with `--stack`.',
  },
  'no-table': {
    meaning: 'There is no table of that name.',
    remedy: 'Check the name, the region and the account.',
  },
  'no-stack': {
    meaning: 'There is no stack of that name, it is none of Cliptag’s, or another version deployed it.',
    remedy: 'Check name, region and account, or deploy the stack with this version.',
  },
  'no-api': {
    meaning: 'The stack was deployed without the HTTP API.',
    remedy: 'Deploy it with `-c api=true`.',
  },
  'no-bucket': {
    meaning: 'There is no bucket of that name.',
    remedy: 'Check the name and the account.',
  },
  'no-region': {
    meaning: 'Nothing says which AWS region is meant.',
    remedy: 'Give `--region`, or set AWS_REGION.',
  },
  'no-access': {
    meaning: 'AWS does not accept the credentials, or they lack a right.',
    remedy: 'Log in, or grant the right that the message names.',
  },
  'already-running': {
    meaning: 'A pipeline runs with this data folder already.',
    remedy: 'Use that one, or start another with `--data FOLDER --port auto`.',
  },
  'no-token': {
    meaning: 'The page and the API want a token, and none or another one came.',
    remedy:
      'Set CLIPTAG_TOKEN to the token that `cliptag start` was given, send it as `Authorization: Bearer`, or log in on the page.',
  },
  'too-many-guesses': {
    meaning: 'Too many wrong tokens came from this address.',
    remedy: 'Wait for as long as `Retry-After` says, and send the right one.',
    retryable: true,
  },
  'table-fault': {
    meaning: 'The table cannot be read; the message has the words of DynamoDB.',
    remedy: 'As the message says; often another try helps.',
  },
  'stack-fault': {
    meaning: 'The stack or its metrics cannot be read; the message has the words of AWS.',
    remedy: 'As the message says; often another try helps.',
  },
  'bucket-fault': {
    meaning: 'The bucket cannot be listed; the message has the words of S3.',
    remedy: 'As the message says; often another try helps.',
  },
  'index-not-ready': {
    meaning: 'DynamoDB still fills the vector index, which was added to a table that had images already.',
    remedy: 'Try again in some minutes; how many depends on the table.',
    retryable: true,
  },
  'queue-fault': {
    meaning:
      'The queues cannot be read or redriven; the message has the words of SQS or of the local pipeline.',
    remedy: 'As the message says; often another try helps.',
  },
  'workflow-fault': {
    meaning: 'A workflow cannot be started or followed; the message has the words of Step Functions.',
    remedy: 'As the message says. A run that has been started goes on.',
  },
  'invalid-request': {
    meaning: 'A request to the API, or to the page of the local pipeline, is not as it should be.',
    remedy: 'Mend what the message names.',
  },
} as const satisfies Descriptions;

/** Problems that the HTTP API answers beside all others. */
const API_ERRORS = {
  'no-route': {
    meaning: 'The API has no such path.',
    remedy: 'Look into openapi.json, which the API serves.',
  },
  'not-offered': {
    meaning: 'The deployment was made without what the request asks for.',
    remedy: 'Look into the settings of the deployment, such as those for thumbnails.',
  },
  'label-set-taken': {
    meaning:
      'There is another label set of that name, or the one that is to be changed has been changed meanwhile.',
    remedy: 'Choose another name, or read the label sets again.',
  },
  'no-label-set': {
    meaning: 'There is no label set of that name that was written in the page or by the API.',
    remedy: 'Read the label sets again. Those of files are changed in their files.',
  },
  'method-not-allowed': {
    meaning: 'The path does not take this method.',
    remedy: 'Use one that the header Allow names.',
  },
  'body-too-large': {
    meaning: 'The body of the request is larger than the route takes.',
    remedy: 'Send less; a picture can be made smaller, or uploaded and then asked for by its key.',
  },
  'unsupported-media-type': {
    meaning: 'The body of the request is of a media type that the route does not take.',
    remedy: 'Send JSON, or a picture where one is asked for, and say so in Content-Type.',
  },
  'unexpected-answer': {
    meaning: 'A client of the API received something that is no answer of it.',
    remedy: 'Check the address, and what stands between.',
    retryable: true,
  },
  'internal-fault': {
    meaning: 'The API failed, and nothing about the request is wrong.',
    remedy: 'Try again; its log has the cause.',
  },
} as const satisfies Descriptions;

/** The table by where its codes arise, each part with the title that it has in the docs. */
export const ERROR_CODE_PARTS: ReadonlyArray<{ readonly title: string; readonly codes: Descriptions }> = [
  { title: 'Images', codes: IMAGE_FAULTS },
  { title: 'Messages and tagging', codes: TAGGING_ERRORS },
  { title: 'Backfill and retagging', codes: WORKFLOW_ERRORS },
  { title: 'Models', codes: MODEL_ERRORS },
  { title: 'Pulling and compiling checkpoints', codes: CHECKPOINT_ERRORS },
  { title: 'Search', codes: SEARCH_ERRORS },
  { title: 'Command line and local pipeline', codes: COMMAND_ERRORS },
  { title: 'HTTP API', codes: API_ERRORS },
];

const ALL = {
  ...IMAGE_FAULTS,
  ...TAGGING_ERRORS,
  ...WORKFLOW_ERRORS,
  ...MODEL_ERRORS,
  ...CHECKPOINT_ERRORS,
  ...SEARCH_ERRORS,
  ...COMMAND_ERRORS,
  ...API_ERRORS,
};

export type ImageFaultCode = keyof typeof IMAGE_FAULTS;

export type ErrorCode = keyof typeof ALL;

/** All parts of the table together. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorDescription>> = ALL;
