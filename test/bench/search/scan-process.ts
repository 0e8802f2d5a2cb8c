import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { syntheticImage } from './synthetic-images.ts';

const THIS_FILE = fileURLToPath(import.meta.url);
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html#Scan.Pagination */
const PAGE_BYTES = 2 ** 20;
/** What a label entry takes: a scan reads them too, so that its pages have fewer images. */
const ENTRY_BYTES = 200;

/**
 * Answers scans and batch reads of a table of synthetic images, from answers that were made before: what is left of the
 * time is the client's own. A page has as many images as a megabyte of the table has, label entries included.
 */
export async function startScanProcess(
  images: number,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', THIS_FILE, String(images)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

type Attributes = Readonly<Record<string, object>>;

function attributesOf(i: number): Attributes {
  const { embedding, ...record } = syntheticImage(i);
  const keys = { PK: `IMAGE#${record.bucket}/${record.key}`, SK: 'IMAGE' };
  return {
    ...marshall({ ...keys, ...record }, { removeUndefinedValues: true }),
    embedding: { B: Buffer.from(embedding ?? []).toString('base64') },
  };
}

/** Serves until its input ends. */
async function serve(images: number): Promise<void> {
  const items = Array.from({ length: images }, (_, i) => attributesOf(i));
  const perPage = Math.floor(PAGE_BYTES / (2_000 + 5 * ENTRY_BYTES));
  const pages = new Map<string, string>();
  const rowOf = new Map(items.map((item, i) => [(item.PK as { S: string }).S, i]));

  /** Made once for each projection, and kept. */
  function page(names: readonly string[] | undefined, first: number, end: number): string {
    const identity = `${names} ${first} ${end}`;
    const known = pages.get(identity);
    if (known) return known;
    const chosen = items.slice(first, end).map((item) => projected(item, names));
    const made = JSON.stringify(chosen);
    pages.set(identity, made);
    return made;
  }

  function scan(request: ScanBody): string {
    const { Segment = 0, TotalSegments = 1, ExclusiveStartKey, ExpressionAttributeNames } = request;
    const [begin, end] = [Segment, Segment + 1].map((n) => Math.floor((n * images) / TotalSegments));
    const first = ExclusiveStartKey ? (rowOf.get(ExclusiveStartKey.PK.S) ?? 0) + 1 : (begin ?? 0);
    const stop = Math.min(first + perPage, end ?? 0);
    const names = request.ProjectionExpression && Object.values(ExpressionAttributeNames ?? {});
    const last = items[stop - 1];
    const more =
      stop < (end ?? 0) ? `,"LastEvaluatedKey":${JSON.stringify({ PK: last?.PK, SK: last?.SK })}` : '';
    return `{"Items":${page(names || undefined, first, stop)}${more}}`;
  }

  function batch({ RequestItems }: BatchBody): string {
    const [[table, { Keys, ProjectionExpression, ExpressionAttributeNames } = { Keys: [] }] = ['']] =
      Object.entries(RequestItems);
    const names = ProjectionExpression
      ? ['PK', 'SK', ...Object.values(ExpressionAttributeNames ?? {})]
      : undefined;
    const found = Keys.map(({ PK }) => items[rowOf.get(PK.S) ?? -1] ?? {});
    return JSON.stringify({
      Responses: { [table]: found.map((item) => projected(item, names)) },
      UnprocessedKeys: {},
    });
  }

  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const isScan = String(request.headers['x-amz-target']).endsWith('.Scan');
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(isScan ? scan(body) : batch(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`http://127.0.0.1:${address.port}`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  server.closeAllConnections();
  server.close();
}

interface ScanBody {
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ExclusiveStartKey?: { readonly PK: { readonly S: string } };
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

interface BatchBody {
  readonly RequestItems: Readonly<
    Record<string, ScanBody & { readonly Keys: readonly { readonly PK: { readonly S: string } }[] }>
  >;
}

function projected(item: Attributes, names: readonly string[] | undefined): Attributes {
  if (!names) return item;
  return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]] as const] : [])));
}

if (process.argv[1] === THIS_FILE) await serve(Number(process.argv[2]));
