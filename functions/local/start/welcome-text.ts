import { networkInterfaces } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import { packagePath } from '../../adapters/files/package-folder.ts';
import type { Tag } from '../../core/labels/scores.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import { styled } from '../../terminal/colours.ts';
import { columns, table } from '../../terminal/columns.ts';
import { indented } from '../../terminal/layout.ts';
import { tagsText } from '../../terminal/tags-text.ts';
import { LOCAL_PIPELINE } from '../control-api/local-pipeline.ts';
import { hostUrl } from '../http/loopback-server.ts';
import { isLoopback } from '../http/reach.ts';
import type { NetworkAccess } from './network-access.ts';
import type { WatchedFolder } from './watched-folders.ts';

/** Where a pipeline on this machine answers. */
export interface PipelinePlaces {
  readonly pageUrl: string;
  readonly s3Url: string;
  readonly dynamodbUrl: string;
}

/** What is said of the places where it answers, the page first. */
export function placeLines({ pageUrl, s3Url, dynamodbUrl }: PipelinePlaces): readonly string[] {
  const rows = [
    ['Page', pageUrl, 'pictures, search, uploads'],
    ['S3', s3Url, `bucket ${LOCAL_PIPELINE.bucket}`],
    ['DynamoDB', dynamodbUrl, `table ${LOCAL_PIPELINE.table}`],
  ] as const;
  return indented(columns(rows)).map((line, i) => {
    const url = rows[i]?.[1] ?? '';
    return line.replace(url, i === 0 ? shown('bold', shown('cyan', url)) : shown('cyan', url));
  });
}

/** Says what other machines need, where they reach it. */
export function networkLines(
  { reach, token, newFile }: NetworkAccess,
  { pageUrl }: PipelinePlaces,
): readonly string[] {
  if (token === undefined) return [];
  const { port } = new URL(pageUrl);
  const hosts = isEveryAddress(reach.host) ? addressesOfThisMachine() : [reach.host];
  const urls = isLoopback(reach.host) ? [] : hosts.map((host) => hostUrl(host, Number(port)));
  return [
    ...(urls.length > 0 ? [`  From other machines: ${urls.join(', ')}`] : []),
    '  The page asks for the token, or takes it from #token=TOKEN behind its address; programs send it (CLIPTAG_TOKEN).',
    ...(newFile === undefined ? [] : newAccessLines(newFile, `${pageUrl}/#token=${token}`)),
  ];
}

/** Told once; a container does not know the names of its host. */
function newAccessLines(file: string, link: string): readonly string[] {
  return [
    `  Token and keys of this first start are in ${file}; this is not shown again:`,
    `  ${link} (from other machines: with the address of this one)`,
  ];
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** By which others may reach it; the first few, for a machine with containers has many. */
function addressesOfThisMachine(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
    .slice(0, 3);
}

/** Says which folders are followed, and where their pictures are. */
export function watchLines(folders: readonly WatchedFolder[]): readonly string[] {
  return indented(
    columns(
      folders.map(({ root, prefix }) => [
        'Watching',
        shortPath(root),
        `as s3://${LOCAL_PIPELINE.bucket}/${prefix}`,
      ]),
    ),
  );
}

/** As one would type it here. */
function shortPath(path: string): string {
  const way = relative(process.cwd(), path);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? path : way;
}

/** Of each sample so many tags. */
const SHOWN_TAGS = 3;

/** The samples and their best tags. */
export function sampleLines(outcomes: readonly TaggingOutcome[]): readonly string[] {
  const rows = outcomes.map(({ object, record }) => [object.key, bestTags(record?.tags ?? [])]);
  return indented(table(['Picture', 'Tags'], rows));
}

function bestTags(tags: readonly Tag[]): string {
  const best = [...tags].sort((a, b) => b.score - a.score);
  const more = best.length - SHOWN_TAGS;
  return `${tagsText(best.slice(0, SHOWN_TAGS))}${more > 0 ? `, ${more} more` : ''}`;
}

/** The one that `models pull` proposes first, and that a deployment has best use of. */
const REAL_MODEL = 'vit-b-32-256-datacomp';

/** Says of the model that comes with Cliptag how to have a better one. */
export function trialModelLines(): readonly string[] {
  return [
    `Trial model; a real CLIP: two commands, then --model ${REAL_MODEL}`,
    ...indented(['pull', 'compile'].map((verb) => `npx cliptag models ${verb} ${REAL_MODEL}`)),
  ];
}

export interface LinesToTry extends PipelinePlaces {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A picture on this machine. */
  readonly file: string;
  /** That some image has, so that there is something to find. */
  readonly tag: Tag | undefined;
}

/**
 * The lines that show the pipeline at work, from `cliptag query` to the AWS CLI, to be pasted as they are. They fit a terminal of 80
 * columns, in a checkout and with the package in `node_modules`.
 */
export function linesToTry({ file, tag, credentials, ...places }: LinesToTry): readonly string[] {
  const { s3Url, dynamodbUrl } = places;
  const { set, label } = tag ?? { set: 'general', label: 'cat' };
  const values = JSON.stringify({ ':label': { S: `LABEL#${set}#${label}` } });
  return indented([
    `npx cliptag query --label ${shellQuoted(label)}${portFlags(places, ['dynamodb', 'http'])}`,
    `npx cliptag search ${shellQuoted(label)}${portFlags(places, ['http'])}`,
    '',
    `export AWS_DEFAULT_REGION=${LOCAL_PIPELINE.region}`,
    awsKeys(credentials),
    `aws s3 cp --endpoint-url ${s3Url} \\`,
    `  ${file} s3://${LOCAL_PIPELINE.bucket}/mine/`,
    `aws dynamodb query --table-name ${LOCAL_PIPELINE.table} --endpoint-url ${dynamodbUrl} \\`,
    "  --key-condition-expression 'PK = :label' --no-scan-index-forward \\",
    `  --expression-attribute-values ${shellQuoted(values)}`,
    '',
    `rclone, boto3, SDKs, and every option: ${relative(process.cwd(), packagePath('docs', 'local.md'))}`,
  ]).map((line) => line.trimEnd());
}

/** Keys of the user's own are not shown: what is printed here may end up in a log. */
function awsKeys({ accessKeyId, secretAccessKey }: LinesToTry['credentials']): string {
  const isKnown = accessKeyId === 'local' && secretAccessKey === 'local';
  const [id, secret] = isKnown
    ? [accessKeyId, secretAccessKey]
    : ['"$CLIPTAG_ACCESS_KEY_ID"', '"$CLIPTAG_SECRET_ACCESS_KEY"'];
  return `export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret}`;
}

function portFlags(
  { dynamodbUrl, pageUrl }: PipelinePlaces,
  wanted: ReadonlyArray<'dynamodb' | 'http'>,
): string {
  const ports = {
    dynamodb: [new URL(dynamodbUrl).port, LOCAL_PIPELINE.dynamodbPort],
    http: [new URL(pageUrl).port, LOCAL_PIPELINE.httpPort],
  } as const;
  const isOther = (name: 'dynamodb' | 'http') => ports[name][0] !== String(ports[name][1]);
  return wanted.filter(isOther).reduce((text, name) => `${text} --${name}-port ${ports[name][0]}`, '');
}

/** As one word of a POSIX shell, whatever stands in it. */
function shellQuoted(text: string): string {
  if (/^[\w./:=@%+-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function shown(style: 'bold' | 'cyan', text: string): string {
  return styled(style, text, process.stdout);
}
