import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/cli-process.ts';

const image = (key: string, width: number) => ({
  bucket: 'photos',
  key,
  status: 'tagged',
  tags: [],
  width,
  height: 300,
  sizeBytes: 1_500_000,
  recordedAt: '2026-01-01T00:00:00.000Z',
});
const groupOf = (kind: string, n: number) => ({
  kind,
  images: [image(`${n}-a.jpg`, 400), image(`${n}-b'.jpg`, 200)],
});

/** The command against an HTTP API that has three groups and gives them two a page. */
describe('cliptag duplicates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-duplicates-'));
  const asked: URLSearchParams[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      asked.push(searchParams);
      const kind = searchParams.get('kind') ?? '';
      const groups = [1, 2, 3].map((n) => groupOf(kind, n));
      // Of scenes two are none any more by their records.
      const total = kind === 'scene' ? 5 : 3;
      const isSecond = searchParams.get('cursor') === 'next';
      const limit = Math.min(2, Number(searchParams.get('limit')));
      const shown = isSecond ? groups.slice(2) : groups.slice(0, limit);
      response.setHeader('content-type', 'application/json');
      const status = { queue: { visible: 0, inFlight: 0 }, s3Endpoint: 'http://127.0.0.1:9100' };
      if (pathname === '/api/v1/status') return response.end(JSON.stringify(status));
      response.statusCode = pathname === '/api/v1/duplicates' ? 200 : 404;
      return response.end(JSON.stringify({ groups: shown, total, ...(!isSecond && { cursor: 'next' }) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  const run = (...args: string[]) =>
    runCli(['duplicates', '--http-port', String((server.address() as AddressInfo).port), ...args]);

  it('shows groups with the best one marked, as many as are wanted', async () => {
    const { code, stdout, stderr } = await run('--limit', '1', '--prefix', 'trip to/');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^\* +s3:\/\/photos\/1-a\.jpg +400 × 300, 1\.5 MB\n +s3:\/\/photos\/1-b'\.jpg +200 × 300/,
    );
    expect(stdout).toContain('1 of 3 groups; --limit 3 shows all');
    expect(Object.fromEntries(asked.at(-1) ?? [])).toMatchObject({
      kind: 'photo',
      limit: '1',
      q: 'prefix:"trip to/"',
    });
  });

  it('prints scenes for programs, page after page', async () => {
    const { stdout } = await run('--scene', '--json');
    const groups = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(groups.map(({ kind, images }) => [kind, images[0].key])).toEqual(
      [1, 2, 3].map((n) => ['scene', `${n}-a.jpg`]),
    );
  });

  it('counts the groups that it has shown where no more follow', async () => {
    const { stdout } = await run('--scene');
    expect(stdout).toMatch(/\n3 groups\n$/);
  });

  it('writes a plan of all groups and deletes nothing, and replaces no file', async () => {
    const plan = join(folder, 'plan.sh');
    const { code, stderr } = await run('--delete-plan', plan);
    expect(code).toBe(0);
    expect(stderr).toContain('nothing has been deleted');
    const text = readFileSync(plan, 'utf8');
    expect(text.match(/^aws s3 rm .*$/gm)).toEqual(
      [1, 2, 3].map((n) => `aws s3 rm --endpoint-url 'http://127.0.0.1:9100' 's3://photos/${n}-b'\\''.jpg'`),
    );
    expect(text).toContain('\n# export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local ');
    const again = await run('--delete-plan', plan);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('is there already');
    expect(readFileSync(plan, 'utf8')).toBe(text);
  });
});
