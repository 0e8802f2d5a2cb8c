/** Where the local pipeline answers, unless it is started otherwise, and what things are called there. */
export const LOCAL_PIPELINE = {
  s3Port: 9000,
  dynamodbPort: 8000,
  httpPort: 3000,
  /** Part of signatures' scopes and of ARNs; endpoints on one machine have no other region. */
  region: 'us-east-1',
  /** In the cloud CloudFormation chooses a table's name, so that a stack can be made twice. */
  table: 'cliptag',
  bucket: 'photos',
} as const;

/**
 * The command that tags a local pipeline's images anew, which finds them by the page's port.
 *
 * @example
 * retagCommand(3001) // npx cliptag retag --http-port 3001
 */
export function retagCommand(httpPort: number = LOCAL_PIPELINE.httpPort): string {
  return `npx cliptag retag${httpPort === LOCAL_PIPELINE.httpPort ? '' : ` --http-port ${httpPort}`}`;
}
