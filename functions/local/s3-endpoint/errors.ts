/**
 * An error that the client is told: HTTP status, S3's own code and a message.
 * Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const noSuchKey = () => new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');

export const noSuchUpload = () =>
  new S3Error(
    404,
    'NoSuchUpload',
    'The upload ID is unknown: the upload was completed, aborted or never begun.',
  );

export const preconditionFailed = () =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the preconditions you specified did not hold.');

export const notImplemented = (what: string) =>
  new S3Error(501, 'NotImplemented', `${what} is not implemented by this local S3 endpoint.`);

/** There is one version of each object, which S3 calls `null`. */
export const noSuchVersion = (versionId: string) =>
  new S3Error(
    404,
    'NoSuchVersion',
    `The specified version does not exist: this local S3 endpoint keeps the version null of each object but received ${versionId}.`,
  );

export const malformedXml = (fault: string) =>
  new S3Error(
    400,
    'MalformedXML',
    `The XML you provided is not well-formed or not what was expected: ${fault}`,
  );

export const invalidRequest = (message: string) => new S3Error(400, 'InvalidRequest', message);

export const invalidArgument = (message: string) => new S3Error(400, 'InvalidArgument', message);

export const incompleteBody = (message: string) => new S3Error(400, 'IncompleteBody', message);
