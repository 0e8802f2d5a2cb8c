import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const THIS_FILE = fileURLToPath(import.meta.url);

/**
 * Answers scans with prepared pages, over and over, as fast as they can be sent: what is left of the time is the
 * client's own, for as large a table as there may be.
 *
 * @param pages each the items of one page, marshalled
 * @param pagesPerSegment after which a segment is at its end
 */
export async function startPageProcess(
  folder: string,
  pages: readonly object[][],
  pagesPerSegment: number,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  await writeFile(join(folder, 'pages.json'), JSON.stringify(pages.map((items) => JSON.stringify(items))));
  const parameters = ['--import', 'tsx', THIS_FILE, folder, String(pagesPerSegment)];
  const child = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
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

/** Serves until its input ends. */
async function serve(folder: string, pagesPerSegment: number): Promise<void> {
  const pages: string[] = JSON.parse(await readFile(join(folder, 'pages.json'), 'utf8'));
  const server = createServer(async (request, response) => {
    const { ExclusiveStartKey, Segment } = JSON.parse(await text(request));
    const page = Number(ExclusiveStartKey?.PK.S ?? 0);
    const last =
      page + 1 < pagesPerSegment ? `,"LastEvaluatedKey":{"PK":{"S":"${page + 1}"},"SK":{"S":"IMAGE"}}` : '';
    const body = `{"Items":${pages[(page + Segment) % pages.length]}${last}}`;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`http://127.0.0.1:${address.port}`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  server.closeAllConnections();
  server.close();
}

if (process.argv[1] === THIS_FILE) await serve(process.argv[2] ?? '', Number(process.argv[3]));
