/** S3's operations that the endpoint does not have: by what to use instead, and by route. */
const REFUSED: readonly (readonly [remedy: string, operations: Readonly<Record<string, string>>])[] = [
  [
    'there are no users and no rights, and one pair of keys may do everything; presign addresses to hand out single objects',
    {
      'PUT /bucket?acl': 'PutBucketAcl',
      'PUT /bucket/key?acl': 'PutObjectAcl',
      'PUT /bucket?policy': 'PutBucketPolicy',
      'DELETE /bucket?policy': 'DeleteBucketPolicy',
      'PUT /bucket?ownershipControls': 'PutBucketOwnershipControls',
      'DELETE /bucket?ownershipControls': 'DeleteBucketOwnershipControls',
      'PUT /bucket?publicAccessBlock': 'PutPublicAccessBlock',
      'DELETE /bucket?publicAccessBlock': 'DeletePublicAccessBlock',
      'GET /bucket?abac': 'GetBucketAbac',
      'PUT /bucket?abac': 'PutBucketAbac',
      'GET /bucket?session': 'CreateSession',
    },
  ],
  [
    'objects are kept until they are deleted, each in one version; delete them with DeleteObject or DeleteObjects',
    {
      'PUT /bucket?lifecycle': 'PutBucketLifecycleConfiguration',
      'DELETE /bucket?lifecycle': 'DeleteBucketLifecycle',
      'PUT /bucket?object-lock': 'PutObjectLockConfiguration',
      'GET /bucket/key?legal-hold': 'GetObjectLegalHold',
      'PUT /bucket/key?legal-hold': 'PutObjectLegalHold',
      'GET /bucket/key?retention': 'GetObjectRetention',
      'PUT /bucket/key?retention': 'PutObjectRetention',
    },
  ],
  [
    'objects lie on one disk and in one storage class; encrypt or back up the disk with the data folder',
    {
      'PUT /bucket?encryption': 'PutBucketEncryption',
      'DELETE /bucket?encryption': 'DeleteBucketEncryption',
      'PUT /bucket/key?encryption': 'UpdateObjectEncryption',
      'PUT /bucket?replication': 'PutBucketReplication',
      'DELETE /bucket?replication': 'DeleteBucketReplication',
      'PUT /bucket?accelerate': 'PutBucketAccelerateConfiguration',
      'GET /bucket?id&intelligent-tiering': 'GetBucketIntelligentTieringConfiguration',
      'PUT /bucket?id&intelligent-tiering': 'PutBucketIntelligentTieringConfiguration',
      'DELETE /bucket?id&intelligent-tiering': 'DeleteBucketIntelligentTieringConfiguration',
      'GET /bucket?intelligent-tiering': 'ListBucketIntelligentTieringConfigurations',
      'POST /bucket/key?restore': 'RestoreObject',
    },
  ],
  [
    'nobody counts or pays requests here; list objects with ListObjectsV2, and ask the pipeline with npx cliptag status',
    {
      'GET /bucket?analytics&id': 'GetBucketAnalyticsConfiguration',
      'PUT /bucket?analytics&id': 'PutBucketAnalyticsConfiguration',
      'DELETE /bucket?analytics&id': 'DeleteBucketAnalyticsConfiguration',
      'GET /bucket?analytics': 'ListBucketAnalyticsConfigurations',
      'GET /bucket?id&inventory': 'GetBucketInventoryConfiguration',
      'PUT /bucket?id&inventory': 'PutBucketInventoryConfiguration',
      'DELETE /bucket?id&inventory': 'DeleteBucketInventoryConfiguration',
      'GET /bucket?inventory': 'ListBucketInventoryConfigurations',
      'GET /bucket?id&metrics': 'GetBucketMetricsConfiguration',
      'PUT /bucket?id&metrics': 'PutBucketMetricsConfiguration',
      'DELETE /bucket?id&metrics': 'DeleteBucketMetricsConfiguration',
      'GET /bucket?metrics': 'ListBucketMetricsConfigurations',
      'PUT /bucket?logging': 'PutBucketLogging',
      'PUT /bucket?requestPayment': 'PutBucketRequestPayment',
    },
  ],
  [
    'describe objects, not buckets, with metadata (x-amz-meta-…) and PutObjectTagging',
    {
      'PUT /bucket?tagging': 'PutBucketTagging',
      'DELETE /bucket?tagging': 'DeleteBucketTagging',
      'GET /bucket/key?annotation': 'ListObjectAnnotations',
      'GET /bucket/key?annotation&annotationName': 'GetObjectAnnotation',
      'PUT /bucket/key?annotation&annotationName': 'PutObjectAnnotation',
      'DELETE /bucket/key?annotation&annotationName': 'DeleteObjectAnnotation',
      'POST /bucket?metadataConfiguration': 'CreateBucketMetadataConfiguration',
      'GET /bucket?metadataConfiguration': 'GetBucketMetadataConfiguration',
      'DELETE /bucket?metadataConfiguration': 'DeleteBucketMetadataConfiguration',
      'POST /bucket?metadataTable': 'CreateBucketMetadataTableConfiguration',
      'GET /bucket?metadataTable': 'GetBucketMetadataTableConfiguration',
      'DELETE /bucket?metadataTable': 'DeleteBucketMetadataTableConfiguration',
      'PUT /bucket?metadataAnnotationTable': 'UpdateBucketMetadataAnnotationTableConfiguration',
      'PUT /bucket?metadataInventoryTable': 'UpdateBucketMetadataInventoryTableConfiguration',
      'PUT /bucket?metadataJournalTable': 'UpdateBucketMetadataJournalTableConfiguration',
    },
  ],
  [
    'get objects with GetObject, whole or by ranges, from a program of your own',
    {
      'PUT /bucket?website': 'PutBucketWebsite',
      'DELETE /bucket?website': 'DeleteBucketWebsite',
      'GET /bucket/key?torrent': 'GetObjectTorrent',
      'POST /bucket/key?select&select-type': 'SelectObjectContent',
      'POST /WriteGetObjectResponse': 'WriteGetObjectResponse',
    },
  ],
  [
    'there are no directory buckets; use ListBuckets, CopyObject and DeleteObject',
    { 'GET /ListDirectoryBuckets': 'ListDirectoryBuckets', 'PUT /bucket/key?renameObject': 'RenameObject' },
  ],
];

const SENTENCES: ReadonlyMap<string, string> = new Map(
  REFUSED.flatMap(([remedy, operations]) =>
    Object.entries(operations).map(
      ([route, name]) => [route, `${name} is not implemented by this local S3 endpoint: ${remedy}.`] as const,
    ),
  ),
);

/**
 * Why the endpoint does not do what a route asks for, with what to use instead; `undefined` for a route that S3 has not either.
 *
 * @example
 * refusedOperation('PUT /bucket?acl'); // 'PutBucketAcl is not implemented by this local S3 endpoint: there are no users …'
 */
export function refusedOperation(route: string): string | undefined {
  return SENTENCES.get(route);
}
