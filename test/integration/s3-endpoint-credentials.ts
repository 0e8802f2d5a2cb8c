/** Who may sign requests in tests of the S3 endpoint. */
export const ACCESS_KEY = 'test-key';
export const SECRET = 'test-secret';
