import { list, type Rule } from './option-rules.ts';

/** A bucket of another account, which sends its events to an event bus of the stack. */
export interface ForeignBucket {
  /** Twelve digits. */
  readonly account: string;
  readonly bucketName: string;
}

/** As a setting writes it. */
const WRITTEN = /^(\d{12})\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;

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
