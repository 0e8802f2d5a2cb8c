import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { z } from 'zod';
import { readSettings } from '../../infra/settings.ts';
import { addStatefulParts } from '../../infra/stateful-parts.ts';
import { DEFAULT_MAXIMUM_MESSAGE_BYTES } from './queue/message.ts';

/**
 * The CloudFormation template of the table and queues, so that a machine has the very ones that a deployment gets.
 *
 * It is synthesized at every start rather than generated and committed: with two cores, loading the CDK takes 0.4 s and
 * synthesizing 0.2 s (about twice that on a busy machine), and what is made anew cannot be stale. Two things keep it so
 * quick: the stack holds nothing else (no image to hash), and CloudFormation's own validation is left out, which takes
 * 1.3 s and is `cdk synth`'s work.
 */

const CDK_JSON = new URL('../../cdk.json', import.meta.url);

const attribute = z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) });
const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
});

/** Other properties (point-in-time recovery, deletion protection, time to live) are AWS's to apply and fall away. */
const tableProperties = z.object({
  AttributeDefinitions: z.array(attribute),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(index),
  BillingMode: z.literal('PAY_PER_REQUEST'),
});

const queueProperties = z.object({
  VisibilityTimeout: z.number(),
  MaximumMessageSize: z.number().default(DEFAULT_MAXIMUM_MESSAGE_BYTES),
  RedrivePolicy: z.object({ maxReceiveCount: z.number() }),
});

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.object({ Resources: z.record(z.string(), resource) });

export type Template = z.infer<typeof templateSchema>;

/** A table's keys, indexes and billing, in the words that CloudFormation and DynamoDB share. */
export type TableDefinition = z.infer<typeof tableProperties>;

/** What local mode's queue takes over from the deployed one. */
export interface QueueSettings {
  /** Seconds that a received message stays hidden from other receives. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message is a dead letter. */
  readonly maxReceiveCount: number;
  /** Largest body in bytes of UTF-8. */
  readonly maximumMessageBytes: number;
}

/**
 * Synthesizes the stateful parts in this process, with the settings that stand in `cdk.json`.
 *
 * @throws Error that lists the faulty settings.
 */
export function synthesizeTemplate(): Template {
  const outdir = mkdtempSync(path.join(tmpdir(), 'cliptag-synth-'));
  try {
    const app = new App({
      outdir,
      context: readContext(),
      analyticsReporting: false,
      treeMetadata: false,
      builtinCloudFormationValidation: false,
    });
    const settings = readSettings(app.node);
    const stack = new Stack(app, settings.stackName);
    addStatefulParts(stack, settings);
    return templateSchema.parse(app.synth().getStackByName(stack.stackName).template);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The definition of the template's one table. */
export function tableDefinition(template: Template): TableDefinition {
  return tableProperties.parse(onlyResource(template, 'AWS::DynamoDB::Table', () => true));
}

/** The settings of the template's one queue that has a dead-letter queue behind it. */
export function queueSettings(template: Template): QueueSettings {
  const feedsFunction = (properties: object) => 'RedrivePolicy' in properties;
  const properties = queueProperties.parse(onlyResource(template, 'AWS::SQS::Queue', feedsFunction));
  return {
    visibilityTimeoutSeconds: properties.VisibilityTimeout,
    maxReceiveCount: properties.RedrivePolicy.maxReceiveCount,
    maximumMessageBytes: properties.MaximumMessageSize,
  };
}

/** The CDK's command line reads this file itself; in this process nobody else does. */
function readContext(): Record<string, unknown> {
  return z
    .object({ context: z.record(z.string(), z.unknown()).default({}) })
    .parse(JSON.parse(readFileSync(CDK_JSON, 'utf8'))).context;
}

function onlyResource(template: Template, type: string, isWanted: (properties: object) => boolean): object {
  const found = Object.values(template.Resources).filter(
    (one) => one.Type === type && isWanted(one.Properties),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`Expected one ${type} in the template but received ${found.length}`);
  }
  return only.Properties;
}
