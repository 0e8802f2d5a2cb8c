/**
 * The metrics that the tagging function logs in CloudWatch's embedded metric format. CloudWatch makes metrics of these
 * log lines, so that the function calls no API for them:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const METRIC_NAMESPACE = 'Cliptag';

/** The one dimension of all of them: the function's name, so that two stacks of one account are told apart. */
export const METRIC_DIMENSION = 'FunctionName';

export const METRICS = {
  /** Images that got a record with status `tagged`; Count, one value an invocation. */
  tagged: 'ImagesTagged',
  /** Images that got a record with status `failed`; Count. */
  failed: 'ImagesFailed',
  /** Images that got a record with status `unsupported`; Count. */
  unsupported: 'ImagesUnsupported',
  /** Messages of one invocation; Count. */
  batchSize: 'BatchSize',
  /** 1 for the first invocation of a function's process; Count. */
  coldStart: 'ColdStart',
  /** Images whose records stand, but whose event or object tags could not be written; Count, only where there are any. */
  notTold: 'ResultsNotTold',
  /** Messages that come again, whatever it was that they failed with; Count, only where there are any. */
  retried: 'MessagesRetried',
} as const;

/** The dimension by which retried messages are counted a second time, each with its reason. */
export const REASON_DIMENSION = 'Reason';

/**
 * Time that one image takes in a stage; Milliseconds, one value for each image that came to it. In the order of the
 * stages.
 */
export const STAGE_METRICS = {
  /** Download of the object. */
  fetch: 'FetchTime',
  /** Object → pixels. */
  decode: 'DecodeTime',
  /** Pixels → embedding, the wait for the encoder's batch included. */
  encode: 'EncodeTime',
  /** Reads and writes of the table. */
  record: 'RecordTime',
} as const;

/** What the canary counts, by the dimension of its own function. */
export const CANARY_METRICS = {
  /** 1 where its picture was tagged and forgotten again, else 0; Count. */
  passed: 'CanaryPassed',
  /** From its upload to its tags in the table; Milliseconds. */
  time: 'CanaryTime',
} as const;
