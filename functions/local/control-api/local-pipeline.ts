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
