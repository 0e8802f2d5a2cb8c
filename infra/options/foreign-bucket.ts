import { list, type Rule } from './option-rules.ts';

/** A bucket of another account, which sends its events to an event bus of the stack. */
export interface ForeignBucket {
  /** Twelve digits. */
  readonly account: string;
  readonly bucketName: string;
}

/**
 * Labels of lower-case letters, digits and hyphens, joined by single points, and no IP address:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const BUCKET_NAME =
  /(?!\d+\.\d+\.\d+\.\d+$)(?=[^/]{3,63}$)[a-z0-9](?:[a-z0-9]|-+(?=[a-z0-9])|\.(?=[a-z0-9]))*/;

/** As a setting writes it. */
const WRITTEN = new RegExp(`^(\\d{12})/(${BUCKET_NAME.source})$`);

const NAMES = list(WRITTEN, 'buckets of other accounts as ACCOUNT/BUCKET', []);

/** Reads what a setting writes: ACCOUNT/BUCKET. */
export const foreignBucketNames: Rule<readonly ForeignBucket[]> = {
  ...NAMES,
  byDefault: [],
  read: (value) =>
    NAMES.read(value)?.map((one) => {
      const [, account = '', bucketName = ''] = WRITTEN.exec(one) ?? [];
      return { account, bucketName };
    }),
};

/** Reads the objects of a prop. */
export const foreignBucketProps: Rule<readonly ForeignBucket[]> = {
  byDefault: [],
  expected: 'buckets of other accounts, each with account and bucketName',
  read: (value) => {
    if (!Array.isArray(value)) return undefined;
    const written = value.map((one) => `${one?.account}/${one?.bucketName}`);
    return foreignBucketNames.read(written);
  },
};

/** Bucket names are all over AWS, so that nobody's bucket is called as another. */
export function sameNameFaults(own: readonly string[], foreign: readonly ForeignBucket[]): string[] {
  const names = [...own, ...foreign.map(({ bucketName }) => bucketName)];
  const again = names.filter((name, i) => names.indexOf(name) < i);
  return [...new Set(again)].map(
    (name) => `Expected each bucket once, of one account, but received ${name} again`,
  );
}
