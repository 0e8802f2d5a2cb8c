import { bucketState } from '../../functions/adapters/aws/bucket-state.ts';
import { describeStack } from '../../functions/adapters/aws/cloudformation.ts';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { tableDescription } from '../../functions/adapters/aws/table-description.ts';
import { runs } from '../../functions/adapters/files/program.ts';
import type { DeploymentEnvironment } from '../../functions/config.ts';
import { storedModels } from '../../functions/core/records/stored-models.ts';
import {
  all,
  bucketFindings,
  type Findings,
  modelFindings,
  NOTHING,
  notice,
  notLookedAt,
} from './findings.ts';
import { type PlacedSettings, placeFindings } from './place-findings.ts';
import { type ExpectedTable, tableFindings } from './table-findings.ts';

/** AWS answers within a second. A network that leads nowhere must not hold up a synthesis for longer than this. */
const LIMIT_MILLISECONDS = 15_000;

/** The settings that say what is looked at: `infra/settings.ts`. */
export interface PreflightSettings extends PlacedSettings, Omit<ExpectedTable, 'name'> {
  readonly bucket: readonly string[];
  /** Name of a table that exists already. @default the stack has its own */
  readonly table?: string | undefined;
  readonly stackName: string;
  readonly replaceEmbeddings: boolean;
  /** @default container */
  readonly packaging?: 'container' | 'zip';
}

/**
 * Looks at the account that is to be deployed to, with the credentials that the SDK finds: are the buckets there, would the
 * model meet embeddings of another one, can an image be built? A look that cannot be taken is a notice, never a fault.
 *
 * @param modelDigest digest of the model that is to be deployed
 * @param limitMilliseconds how long each look may take. @default 15 s
 */
export async function preflight(
  settings: PreflightSettings,
  modelDigest: string,
  environment: DeploymentEnvironment,
  limitMilliseconds = LIMIT_MILLISECONDS,
): Promise<Findings> {
  const { account, region, docker } = environment;
  const look = (what: string, find: () => Promise<Findings>) =>
    foundWithin(limitMilliseconds, find).catch((error: unknown) => notLookedAt(what, error));
  const looks = [
    ...settings.bucket.map((name) =>
      look(`The bucket ${name}`, async () =>
        bucketFindings(name, await bucketState(name, { region }), region),
      ),
    ),
    look(`The stack ${settings.stackName}`, () => lookAtModel(settings, modelDigest, environment)),
    ...lookAtTable(settings, region, look),
    ...(settings.packaging !== 'zip' ? [lookAtDocker(docker)] : []),
  ];
  return all([placeFindings(settings, account, region), ...(await Promise.all(looks))]);
}

async function foundWithin(milliseconds: number, find: () => Promise<Findings>): Promise<Findings> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${milliseconds / 1_000} s`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  return Promise.race([find(), late]).finally(() => clearTimeout(timer));
}

/** Looks at the table that exists already, if one is named. */
function lookAtTable(
  { table: name, ...settings }: PreflightSettings,
  region: string,
  look: (what: string, find: () => Promise<Findings>) => Promise<Findings>,
): Promise<Findings>[] {
  if (name === undefined) return [];
  const find = async () => tableFindings({ name, ...settings }, await tableDescription(name, { region }));
  return [look(`The table ${name}`, find)];
}

/** The deployed stack names its model, so its table is read only when the model changes. */
async function lookAtModel(
  { stackName, replaceEmbeddings, table }: PreflightSettings,
  modelDigest: string,
  { account, region }: DeploymentEnvironment,
): Promise<Findings> {
  const stack = await describeStack(stackName, { region, maxAttempts: 2 });
  if (stack && stack.account !== account) {
    throw new Error(
      `the CDK deploys to account ${account}, but the SDK’s credentials are of ${stack.account}`,
    );
  }
  const { TagTableName, ModelDigest, BucketNames: bucketNames = '' } = stack?.outputs ?? {};
  const tableName = table ?? TagTableName;
  if (tableName === undefined) return NOTHING;
  if (tableName === TagTableName && ModelDigest === modelDigest) return NOTHING;
  const stored = await storedModels(dynamoDbTagTable({ tableName, client: { region, maxAttempts: 2 } }));
  return modelFindings({ stackName, tableName, bucketNames, modelDigest, stored, replaceEmbeddings });
}

/** A missing engine is no fault: an image that is pushed already is not built again, and `cdk diff` builds none. */
async function lookAtDocker(docker: string): Promise<Findings> {
  if (await runs(docker, ['version'])) return NOTHING;
  return notice(
    `No Docker engine answers ("${docker} version" fails), and cdk deploy builds the function’s image with it: start it, or name another program in CDK_DOCKER`,
  );
}
