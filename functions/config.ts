import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { MAXIMUM_SHARDS } from './core/cost/throughput.ts';
import { InvalidInput } from './core/errors.ts';
import { DEFAULT_EXIF_CHOICE, EXIF_CHOICES } from './core/formats/exif/exif-choice.ts';
import { DEFAULT_LOG_LEVEL, LOG_LEVELS } from './core/log-levels.ts';
import { CANARY_PREFIX } from './core/objects/canary-prefix.ts';
import { DEFAULT_MAXIMUM_BYTES } from './core/objects/object.ts';
import { QUEUE_DEFINITION } from './core/objects/queue-definition.ts';
import { MAXIMUM_OBJECT_TAGS } from './core/results/object-tags.ts';
import { DEFAULT_THUMBNAIL_PREFIX } from './core/thumbnails/thumbnail-store.ts';

const list = z
  .string()
  .default('')
  .transform((value) => value.split(',').filter((part) => part !== ''));

/** What every function of the cloud is told of its log. */
const logVariables = {
  /** From which level on lines are written: INFO has one for each image. @default INFO */
  LOG_LEVEL: z.enum(LOG_LEVELS).default(DEFAULT_LOG_LEVEL),
  /** Whether keys of objects may be read in the log. @default true */
  LOG_KEYS: z.stringbool().default(true),
};

export type LogEnvironment = z.infer<z.ZodObject<typeof logVariables>>;

/** As infrastructure writes them. */
export type LogEnvironmentVariables = z.input<z.ZodObject<typeof logVariables>>;

/** The environment of the tagging function. Infrastructure sets it, and only this file reads it. */
const taggingEnvironment = z.object({
  ...logVariables,
  /** Name of the DynamoDB table. */
  TABLE_NAME: z.string().min(1),
  /** Shards that the table is to have at least: functions/core/records/sharded-table.ts. @default 1 */
  TABLE_SHARDS: z.coerce.number().int().min(1).max(MAXIMUM_SHARDS).default(1),
  /** Folder of the model, with its `manifest.json`. */
  MODEL_FOLDER: z.string().min(1),
  /** Label set files or folders of them, comma-separated. */
  LABEL_SETS: list.refine((paths) => paths.length > 0, { error: 'Expected at least one label set file' }),
  /** Folder of the classifiers that were compiled ahead. */
  CLASSIFIER_FOLDER: z.string().min(1),
  /** Buckets whose uploads are tagged, comma-separated. @default any */
  BUCKETS: list,
  /** Key prefixes of the uploads to tag, comma-separated. @default all */
  KEY_PREFIXES: list,
  /** Key suffixes of the uploads to tag, comma-separated. @default all */
  KEY_SUFFIXES: list,
  /** Whether the decoder of HEIC is there. @default true */
  HEIC: z.stringbool().default(true),
  /** Bucket that thumbnails are kept in. @default none are made */
  THUMBNAIL_BUCKET: z.string().min(1).optional(),
  /** How the keys of thumbnails begin. @default thumbnails/ */
  THUMBNAIL_PREFIX: z.string().default(DEFAULT_THUMBNAIL_PREFIX),
  /** What is recorded of a picture's EXIF. @default all */
  EXIF: z.enum(EXIF_CHOICES).default(DEFAULT_EXIF_CHOICE),
  /** Larger objects are refused, in bytes. @default 50 MiB */
  MAXIMUM_BYTES: z.coerce.number().int().positive().default(DEFAULT_MAXIMUM_BYTES),
  /** URL of the queue that feeds the function. @default messages are settled by the batch's response alone */
  QUEUE_URL: z.url().optional(),
  /** Receives of a message before it goes to the dead-letter queue. @default 5 */
  MAXIMUM_RECEIVES: z.coerce.number().int().positive().default(QUEUE_DEFINITION.maxReceiveCount),
  /** Name or ARN of the event bus that result events go to. @default none are sent */
  RESULT_EVENT_BUS: z.string().min(1).optional(),
  /** Whether the table has a vector index over the model's embeddings. @default false */
  VECTOR_INDEX: z.stringbool().default(false),
  /** Maximum number of Cliptag's tags at an object. @default objects are not tagged */
  OBJECT_TAG_LIMIT: z.coerce.number().int().min(1).max(MAXIMUM_OBJECT_TAGS).optional(),
});

export type TaggingEnvironment = z.infer<typeof taggingEnvironment>;

/** The environment as infrastructure writes it. */
export type TaggingEnvironmentVariables = z.input<typeof taggingEnvironment>;

/** @throws {InvalidInput} naming every variable that is missing or wrong */
export function readTaggingEnvironment(variables: NodeJS.ProcessEnv = process.env): TaggingEnvironment {
  return checkedEnvironment(taggingEnvironment, variables);
}

/** The environment of the function that feeds a backfill's objects to the queue. */
const backfillEnvironment = z.object({
  ...logVariables,
  /** Name of the DynamoDB table. */
  TABLE_NAME: z.string().min(1),
  /** URL of the queue that the tagging function works on. */
  QUEUE_URL: z.url(),
  /** URL of its dead-letter queue. */
  DEAD_LETTER_QUEUE_URL: z.url(),
  /** JSON file with the digests of model and label sets that uploads are tagged with. */
  TAGGER_FILE: z.string().min(1),
  /** Key prefixes of the objects to tag, comma-separated. @default all */
  KEY_PREFIXES: list,
  /** Key suffixes of the objects to tag, comma-separated. @default all */
  KEY_SUFFIXES: list,
  /** While the queue has this many messages, hidden ones included, or more, nothing is sent. */
  MAXIMUM_QUEUE_DEPTH: z.coerce.number().int().positive(),
  /** Maximum rate of this function alone; others may work beside it. */
  OBJECTS_PER_SECOND: z.coerce.number().positive(),
});

export type BackfillEnvironment = z.infer<typeof backfillEnvironment>;

/** The environment as infrastructure writes it. */
export type BackfillEnvironmentVariables = z.input<typeof backfillEnvironment>;

/** @throws {InvalidInput} naming every variable that is missing or wrong */
export function readBackfillEnvironment(variables: NodeJS.ProcessEnv = process.env): BackfillEnvironment {
  return checkedEnvironment(backfillEnvironment, variables);
}

function checkedEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: NodeJS.ProcessEnv,
): z.infer<Schema> {
  const result = schema.safeParse(variables);
  if (result.success) return result.data;
  throw new InvalidInput(
    'The environment is not complete',
    result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}

/** The environment of the function that retags. */
const retagEnvironment = taggingEnvironment.pick({
  TABLE_NAME: true,
  TABLE_SHARDS: true,
  MODEL_FOLDER: true,
  LABEL_SETS: true,
  CLASSIFIER_FOLDER: true,
  VECTOR_INDEX: true,
  LOG_LEVEL: true,
  LOG_KEYS: true,
});

export type RetagEnvironment = z.infer<typeof retagEnvironment>;

/** The environment as infrastructure writes it. */
export type RetagEnvironmentVariables = z.input<typeof retagEnvironment>;

/** @throws {InvalidInput} naming every variable that is missing or wrong */
export function readRetagEnvironment(variables: NodeJS.ProcessEnv = process.env): RetagEnvironment {
  return checkedEnvironment(retagEnvironment, variables);
}

/** Key of the search's snapshot in its bucket: the function's rights name it. */
export const SNAPSHOT_KEY = 'search.snapshot';

/** The environment of the function that serves the HTTP API. */
const apiEnvironment = taggingEnvironment
  .pick({
    ...{ TABLE_NAME: true, TABLE_SHARDS: true, VECTOR_INDEX: true, MODEL_FOLDER: true, LABEL_SETS: true },
    ...{ BUCKETS: true, KEY_PREFIXES: true, MAXIMUM_BYTES: true, HEIC: true },
    ...{ THUMBNAIL_BUCKET: true, THUMBNAIL_PREFIX: true, LOG_LEVEL: true, LOG_KEYS: true },
  })
  .extend({
    /** The table's stream, by which changes are followed. @default the table is compared every five minutes */
    STREAM_ARN: z.string().min(1).optional(),
    /** Bucket of the search's snapshot. @default each function reads the whole table when it starts */
    SNAPSHOT_BUCKET: z.string().min(1).optional(),
    /** Folder of the classifiers that were compiled ahead. @default they are compiled when they are asked for */
    CLASSIFIER_FOLDER: z.string().min(1).optional(),
    /** URL of the queue that the tagging function works on. */
    QUEUE_URL: z.url(),
    DEAD_LETTER_QUEUE_URL: z.url(),
    /** Whether it takes uploads, corrections and retries. @default false */
    WRITES: z.stringbool().default(false),
  });

export type ApiEnvironment = z.infer<typeof apiEnvironment>;

/** The environment as infrastructure writes it. */
export type ApiEnvironmentVariables = z.input<typeof apiEnvironment>;

/** @throws {InvalidInput} naming every variable that is missing or wrong */
export function readApiEnvironment(variables: NodeJS.ProcessEnv = process.env): ApiEnvironment {
  return checkedEnvironment(apiEnvironment, variables);
}

/** The environment of the canary. */
const canaryEnvironment = z.object({
  ...logVariables,
  /** Bucket that it uploads to. */
  BUCKET: z.string().min(1),
  /** Name of the DynamoDB table. */
  TABLE_NAME: z.string().min(1),
  /** How its keys begin. @default .cliptag-canary/ */
  KEY_PREFIX: z.string().default(CANARY_PREFIX),
  /** How its keys end, as the upload filter asks for. @default .png */
  KEY_SUFFIX: z.string().default('.png'),
  /** Digest of the model that its picture is to be tagged by. @default any */
  MODEL_DIGEST: z.string().optional(),
});

export type CanaryEnvironment = z.infer<typeof canaryEnvironment>;

/** The environment as infrastructure writes it. */
export type CanaryEnvironmentVariables = z.input<typeof canaryEnvironment>;

/** @throws {InvalidInput} naming every variable that is missing or wrong */
export function readCanaryEnvironment(variables: NodeJS.ProcessEnv = process.env): CanaryEnvironment {
  return checkedEnvironment(canaryEnvironment, variables);
}

/** What other machines need to reach a pipeline. */
const ACCESS_NAMES = ['CLIPTAG_TOKEN', 'CLIPTAG_ACCESS_KEY_ID', 'CLIPTAG_SECRET_ACCESS_KEY'] as const;

export type AccessVariables = Readonly<Record<(typeof ACCESS_NAMES)[number], string>>;

/** The file that holds what other machines need, made at the first start. @default none */
export function readAccessFilePath(variables: NodeJS.ProcessEnv = process.env): string | undefined {
  return variables.CLIPTAG_ACCESS_FILE || undefined;
}

/**
 * What the environment says goes before that file, which has lines `NAME=VALUE`, as shells, systemd and Docker read them as well.
 *
 * @throws Error when the file is there and cannot be read
 */
function accessVariables(variables: NodeJS.ProcessEnv): Partial<AccessVariables> {
  const path = readAccessFilePath(variables);
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  const inFile = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim();
  return Object.fromEntries(ACCESS_NAMES.map((name) => [name, variables[name] || inFile(name) || undefined]));
}

/** The access key that the local endpoints accept. @default `local` and `local` */
export function readLocalCredentials(variables: NodeJS.ProcessEnv = process.env): {
  accessKeyId: string;
  secretAccessKey: string;
} {
  const { CLIPTAG_ACCESS_KEY_ID: accessKeyId, CLIPTAG_SECRET_ACCESS_KEY: secretAccessKey } =
    accessVariables(variables);
  return { accessKeyId: accessKeyId ?? 'local', secretAccessKey: secretAccessKey ?? 'local' };
}

/** What opens the page and the API of a pipeline on this machine, and the file that holds it. @default neither */
export function readPageToken(variables: NodeJS.ProcessEnv = process.env): {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
} {
  return {
    token: accessVariables(variables).CLIPTAG_TOKEN,
    tokenFile: variables.CLIPTAG_TOKEN_FILE || undefined,
  };
}

/** The hub from which checkpoints are pulled. */
export interface HubEnvironment {
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly proxies: {
    readonly http: string | undefined;
    readonly https: string | undefined;
    readonly except: readonly string[];
  };
}

const DEFAULT_HUB = 'https://huggingface.co';

/**
 * The hub's own variables HF_ENDPOINT and HF_TOKEN, and the proxies by the names that curl reads, lower case first.
 *
 * @throws {InvalidInput} naming every variable that is no URL of the right kind
 */
export function readHubEnvironment(variables: NodeJS.ProcessEnv = process.env): HubEnvironment {
  const faults: string[] = [];
  const given = (...names: string[]) => names.map((name) => variables[name]?.trim()).find(Boolean);
  const url = (name: string, value: string | undefined) => {
    const whole = value === undefined || value.includes('://') ? value : `http://${value}`;
    const isGood = whole === undefined || (URL.canParse(whole) && /^https?:/.test(whole));
    // The message leaves the value out, since such URLs may hold passwords.
    if (!isGood) faults.push(`${name}: Expected an http: or https: URL`);
    return whole;
  };
  const environment = {
    endpoint: url('HF_ENDPOINT', given('HF_ENDPOINT')) ?? DEFAULT_HUB,
    token: given('HF_TOKEN'),
    proxies: {
      http: url('HTTP_PROXY', given('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY')),
      https: url('HTTPS_PROXY', given('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')),
      except: (given('no_proxy', 'NO_PROXY') ?? '').split(/[,\s]+/).filter((entry) => entry !== ''),
    },
  };
  if (faults.length === 0) return environment;
  throw new InvalidInput('The environment cannot be used', faults);
}

/** Where the CDK's command line is about to deploy, and what builds images for it. */
export interface DeploymentEnvironment {
  readonly account: string;
  readonly region: string;
  /** The program that is called as `docker` is. @default docker */
  readonly docker: string;
}

/** The deployment that the CDK's command line tells its app; undefined where it found no credentials. */
export function readDeploymentEnvironment(
  variables: NodeJS.ProcessEnv = process.env,
): DeploymentEnvironment | undefined {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region, CDK_DOCKER: docker } = variables;
  return account && region ? { account, region, docker: docker || 'docker' } : undefined;
}

/**
 * The user's folder for what an installed Cliptag makes or fetches for itself and can make again: `cliptag` in the
 * folder that the system has for such things (Linux: XDG_CACHE_HOME, @default `~/.cache`).
 */
export function readCacheFolder(
  variables: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const given = platform === 'win32' ? variables.LOCALAPPDATA : variables.XDG_CACHE_HOME;
  // Relative paths are to be ignored: https://specifications.freedesktop.org/basedir/latest/
  if (given && isAbsolute(given)) return join(given, 'cliptag');
  const usual = { darwin: ['Library', 'Caches'], win32: ['AppData', 'Local'] }[platform as string] ?? [
    '.cache',
  ];
  return join(homedir(), ...usual, 'cliptag');
}
