import type { BucketState } from '../../functions/adapters/aws/bucket-state.ts';

/** What was found out about the account before anything is deployed to it. */
export interface Findings {
  /** Each keeps the stack from being deployed. */
  readonly faults: readonly string[];
  /** Each is worth a line. */
  readonly notices: readonly string[];
}

export const NOTHING: Findings = { faults: [], notices: [] };

/** Judges an existing bucket that the stack is to listen to. */
export function bucketFindings(name: string, state: BucketState, region: string): Findings {
  switch (state.kind) {
    case 'there':
      return NOTHING;
    case 'missing':
      return fault(
        `Expected a bucket that exists for bucket but there is no ${name}: leave it out for a new bucket`,
      );
    case 'elsewhere':
      return fault(
        `Expected a bucket in ${region}, the stack’s region, for bucket but ${name} is in ${state.region}: deploy there`,
      );
    case 'denied':
      return notice(
        `The bucket ${name} could not be looked at: your rights lack s3:ListBucket for it, or it belongs to another account, whose buckets the stack cannot listen to`,
      );
  }
}

export interface ModelChange {
  readonly stackName: string;
  readonly tableName: string;
  /** Names of the stack's buckets, separated by commas. */
  readonly bucketNames: string;
  /** Digest of the model that is to be deployed. */
  readonly modelDigest: string;
  /** Numbers of image records that were seen, by the digest of their embedding's model. */
  readonly stored: ReadonlyMap<string, number>;
  /** Whether the user has said that embeddings of another model are to be replaced. */
  readonly replaceEmbeddings: boolean;
}

/** Judges a model that is to be deployed on a table that may hold embeddings of another one. */
export function modelFindings({ stored, modelDigest, replaceEmbeddings, ...names }: ModelChange): Findings {
  const others = [...stored].filter(([digest]) => digest !== modelDigest);
  if (others.length === 0) return NOTHING;
  const count = (counts: readonly (readonly [string, number])[]) => counts.reduce((sum, [, n]) => sum + n, 0);
  const what =
    `The table ${names.tableName} holds embeddings of another model: ${count(others)} of the ${count([...stored])} images ` +
    `looked at have one of model ${others.map(([digest]) => digest).join(', ')}, and model ${modelDigest} is to be deployed.`;
  if (replaceEmbeddings)
    return notice(
      `${what} They stay as they are until npx cliptag backfill s3://BUCKET/ --stack ${names.stackName} tags their images again`,
    );
  return fault(`${what} Embeddings of two models cannot be compared. Two ways out:
1. Blue/green: a second stack beside this one, -c stackName=${names.stackName}-2 -c bucket=${names.bucketNames}; fill its \
table by npx cliptag backfill s3://BUCKET/ --stack ${names.stackName}-2, read from it, then destroy this stack. Queries have answers \
all the while.
2. Replace them: -c replaceEmbeddings=true, then npx cliptag backfill s3://BUCKET/ --stack ${names.stackName} for each bucket, which \
tags anew all that another model has tagged. \
Until it is done some images have tags of the one model and some of the other.`);
}

/** Tells of a look that could not be taken, which keeps nothing from being deployed. */
export function notLookedAt(what: string, error: unknown): Findings {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return notice(`${what} could not be looked at before the deployment (${name}: ${message.split('\n')[0]})`);
}

export function all(findings: readonly Findings[]): Findings {
  return {
    faults: findings.flatMap(({ faults }) => faults),
    notices: findings.flatMap(({ notices }) => notices),
  };
}

export function notice(text: string): Findings {
  return { faults: [], notices: [text] };
}

function fault(text: string): Findings {
  return { faults: [text], notices: [] };
}
