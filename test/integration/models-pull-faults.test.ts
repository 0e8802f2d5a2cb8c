import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { openHub } from '../../functions/checkpoints/pull/hub.ts';
import { checkpointFiles } from '../fixtures/checkpoint-files.ts';
import { type Conduct, sha256, startFakeHub } from '../fixtures/fake-hub.ts';
import { testPull } from './support/pull.ts';

const WEIGHTS = 'open_clip_model.safetensors';
/** Long enough for an answer of loopback, short enough to wait for. */
const STALL = { stallMilliseconds: 3000 };

async function started(...conducts: Conduct[]) {
  const hub = await startFakeHub(checkpointFiles());
  hub.conducts.push(...conducts);
  const pull = await testPull();
  hub.kept = () => pull.kept(WEIGHTS);
  return {
    hub,
    pull,
    /** Ranges that the file store was asked for, one a request. */
    ranges: () => hub.requests.filter(({ server }) => server === 'store').map(({ headers }) => headers.range),
    isWhole: async () => sha256(await readFile(join(pull.folder, WEIGHTS))) === sha256(hub.files[WEIGHTS]!),
  };
}

describe('a download with faults', () => {
  it('goes on with a range after the connection was cut, and asks for the same content', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut');
    await pull.run({ endpoint: hub.url });
    expect(ranges()).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(hub.requests.at(-1)?.headers['if-range']).toBe('"store-1"');
    expect(pull.retries).toEqual([
      {
        code: 'hub-interrupted',
        message: expect.stringMatching(
          /^Expected all of 127\.0\.0\.1:\d+\/blobs\/\w+ but the connection was cut/,
        ),
        waitMilliseconds: 1000,
      },
    ]);
    expect(await isWhole()).toBe(true);
  });

  it('is told of a connection that was cut before it read anything', async () => {
    const { hub } = await started('cut');
    hub.kept = undefined;
    // What fits into memory is taken from the connection, read or not.
    hub.files[WEIGHTS] = Buffer.alloc(50_000);
    const { send, close } = openHub({ endpoint: hub.url, proxies: { except: [] } });
    const { body } = await send('GET', `laion/tiny/resolve/main/${WEIGHTS}`);
    await expect.poll(() => body.destroyed).toBe(true);
    await expect(pipeline(body, new PassThrough().resume())).rejects.toThrow();
    await close();
  });

  it('goes on after a silence', async () => {
    const { hub, pull, ranges, isWhole } = await started('stall');
    await pull.run({ endpoint: hub.url, ...STALL });
    expect(ranges()[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(pull.retries[0]?.message).toMatch(/but received none for 3 s$/);
    expect(await isWhole()).toBe(true);
  });

  it('counts only attempts that bring nothing forward', async () => {
    const { hub, pull, isWhole } = await started('cut', 'cut', 'cut', 'cut', 'cut');
    await pull.run({ endpoint: hub.url });
    expect(pull.retries).toHaveLength(5);
    expect(await isWhole()).toBe(true);
  });

  it('goes on in a later run where an earlier one gave up', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut', { status: 404 });
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({ code: 'hub-not-found' });
    await pull.run({ endpoint: hub.url });
    expect(ranges()[2]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(await isWhole()).toBe(true);
  });

  it('begins again when the content has another ETag by now', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut', { status: 404 });
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow();
    hub.state.etag = '"store-2"';
    await pull.run({ endpoint: hub.url });
    expect(ranges()).toHaveLength(3);
    expect(await isWhole()).toBe(true);
  });

  it('begins again where the part is of content other than is asked for now', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut', { status: 404 });
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow();
    hub.files[WEIGHTS] = Buffer.alloc(300_000, 'other');
    await pull.run({ endpoint: hub.url });
    expect(ranges().slice(2)).toEqual([undefined]);
    expect(await isWhole()).toBe(true);
  });

  it('begins again where a server gives a range of content with another ETag', async () => {
    const { hub, pull, isWhole } = await started('cut', {
      status: 206,
      headers: { etag: '"other"', 'content-range': 'bytes 5-399999/400000' },
    });
    await pull.run({ endpoint: hub.url });
    expect(pull.retries[1]?.message).toMatch(/it has changed meanwhile: it begins again/);
    expect(await isWhole()).toBe(true);
  });

  it('begins again where a server does not know ranges', async () => {
    const { hub, pull, isWhole } = await started('cut', 'ignores-range');
    await pull.run({ endpoint: hub.url });
    expect(await isWhole()).toBe(true);
  });

  it('begins again where the rest is refused (416)', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut', 'refuses-range');
    await pull.run({ endpoint: hub.url });
    expect(ranges().at(-1)).toBeUndefined();
    expect(await isWhole()).toBe(true);
  });

  it('begins again, once, when a part from an earlier run turns out to be spoilt', async () => {
    const { hub, pull, ranges, isWhole } = await started('cut', { status: 404 });
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow();
    const part = join(pull.folder, `${WEIGHTS}.part`);
    await writeFile(part, Buffer.alloc((await stat(part)).size));
    await pull.run({ endpoint: hub.url });
    expect(ranges().slice(2)).toEqual([expect.stringMatching(/^bytes=[1-9]/), undefined]);
    expect(await isWhole()).toBe(true);
  });

  it.each([
    [{ status: 500 }, 1000],
    [{ status: 503, headers: { 'retry-after': '7' } }, 7000],
    [{ status: 429, headers: { 'retry-after': '90' } }, 90_000],
    [{ status: 429, headers: { 'retry-after': '86400' } }, 300_000],
  ])('asks again after %j, and waits as long as it was told to', async (refusal, waitMilliseconds) => {
    const { hub, pull, isWhole } = await started(refusal);
    hub.refusals.push(refusal);
    await pull.run({ endpoint: hub.url });
    const retry = {
      code: 'hub-busy',
      message: expect.stringContaining(`${refusal.status}`),
      waitMilliseconds,
    };
    expect(pull.retries).toEqual([retry, retry]);
    expect(await isWhole()).toBe(true);
  });

  it('waits twice as long each time', async () => {
    const { hub, pull } = await started({ status: 500 }, { status: 500 });
    await pull.run({ endpoint: hub.url });
    expect(pull.retries.map(({ waitMilliseconds }) => waitMilliseconds)).toEqual([1000, 2000]);
  });

  it('rejects a server that stays in trouble, after as many attempts as were agreed', async () => {
    const { hub, pull, ranges } = await started(...Array(9).fill({ status: 500 }));
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({ code: 'hub-busy' });
    expect(ranges()).toHaveLength(3);
  });

  it.each([
    [{ status: 401 }, 'hub-refused', /received status 401: check the name .* or set HF_TOKEN/],
    [{ status: 403 }, 'hub-refused', /received status 403: accept the model's licence .* HF_TOKEN/],
    [
      { status: 404, headers: { 'x-error-code': 'RepoNotFound' } },
      'hub-not-found',
      /received status 404: there is no such repository$/,
    ],
    [
      { status: 404, headers: { 'x-error-code': 'RevisionNotFound' } },
      'hub-not-found',
      /received status 404: the repository has no such revision$/,
    ],
    [{ status: 404 }, 'hub-not-found', /check repository, revision and file; a plain mirror/],
    [{ status: 418 }, 'hub-unexpected-answer', /received status 418/],
    [{ status: 200 }, 'hub-unexpected-answer', /Expected a list of the files of laion\/tiny/],
    [{ status: 302, headers: { location: 'ftp://x/' } }, 'hub-unexpected-answer', /received ftp:\/\/x\//],
  ])('rejects the answer %j at once', async (refusal, code, message) => {
    const { hub, pull } = await started();
    hub.refusals.push(refusal);
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(pull.retries).toEqual([]);
    expect(hub.requests).toHaveLength(1);
  });

  it('rejects a circle of redirects', async () => {
    const { hub, pull } = await started();
    hub.refusals.push(...Array(20).fill({ status: 302, headers: { location: '/' } }));
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(/6 redirects/);
  });

  it('rejects a hub that cannot be reached without a wait, naming what works without', async () => {
    const { pull } = await started();
    await expect(pull.run({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'hub-unreachable',
      message: expect.stringMatching(
        /received ECONNREFUSED: give a mirror \(--mirror URL\), compile a folder .*embedded model/,
      ),
    });
    expect(pull.retries).toEqual([]);
  });

  it('rejects a folder that cannot be written', async () => {
    const { hub, pull } = await started();
    await expect(pull.run({ endpoint: hub.url }, { folder: '/dev/null/models' })).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringMatching(/Expected to write \/dev\/null\/models but received ENOTDIR/),
    });
  });
});

describe('the token', () => {
  it('goes to the endpoint, not to the file store that it redirects to', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url, token: 'hf_secret' });
    const sent = (server: string) =>
      new Set(
        hub.requests
          .filter((request) => request.server === server)
          .map(({ headers }) => headers.authorization),
      );
    expect(sent('hub')).toEqual(new Set(['Bearer hf_secret']));
    expect(sent('store')).toEqual(new Set([undefined]));
  });
});
