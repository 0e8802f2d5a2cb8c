import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { openMotoAccount } from '../../integration/support/moto-account.ts';
import { repository } from '../support.ts';

const TABLE = 'TagsOfTheCookbook';

/** Outputs of the real stack that the cookbook asks for. */
const OUTPUTS = { BucketNames: 'photos,more', TagTableName: TABLE, ApiUrl: 'https://api.example/' };

const TEMPLATE = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'PK', AttributeType: 'S' },
          { AttributeName: 'SK', AttributeType: 'S' },
        ],
      },
    },
  },
  Outputs: Object.fromEntries(Object.entries(OUTPUTS).map(([name, Value]) => [name, { Value }])),
};

/** A stack called Cliptag with three shards, of whose entries for cats the last one is not true any more. */
export async function openCookbookStack(): Promise<{ env: NodeJS.ProcessEnv; close: () => Promise<void> }> {
  const source = readFileSync(join(repository, 'infra/image-tagging-stack.ts'), 'utf8');
  for (const name of Object.keys(OUTPUTS)) {
    if (!source.includes(`${name}:`)) throw new Error(`Expected the stack to have the output ${name}`);
  }
  const account = await openMotoAccount();
  // Where stack.env looks.
  const client = { ...account.client, region: 'eu-central-1' };
  await new CloudFormationClient(client).send(
    new CreateStackCommand({ StackName: 'Cliptag', TemplateBody: JSON.stringify(TEMPLATE) }),
  );
  const table = new DynamoDBClient(client);
  for (const item of items())
    await table.send(new PutItemCommand({ TableName: TABLE, Item: marshall(item) }));
  return { env: account.env, close: account.close };
}

function items(): readonly Record<string, unknown>[] {
  const entry = (set: string, key: string, score: number) => ({
    ...{ PK: `LABEL#${set}#cat`, SK: `${score.toFixed(4)}#photos/${key}` },
    ...{ set: 'general', label: 'cat', score, bucket: 'photos', key },
  });
  const record = (key: string, score: number) => ({
    ...{ PK: `IMAGE#photos/${key}`, SK: 'IMAGE', status: 'tagged' },
    tags: [{ set: 'general', label: 'cat', score }],
  });
  return [
    { PK: 'TABLE', SK: 'SHARDS', shards: 3, earlier: [] },
    entry('general', 'a.jpg', 0.9),
    entry('general.1', 'no-longer.jpg', 0.8),
    entry('general.2', 'in-shard-2.jpg', 0.95),
    record('a.jpg', 0.9),
    record('no-longer.jpg', 0.7),
    record('in-shard-2.jpg', 0.95),
  ];
}
