import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PageServer, startPageServer } from '../../functions/local/page-server/page-server.ts';
import { runCli } from './support/cli-process.ts';
import { waitUntil } from './support.ts';

/** A program that browsers are opened by takes down the address. */
describe.skipIf(process.platform !== 'linux')('cliptag page', () => {
  let folder: string;
  let server: PageServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cliptag-page-'));
    server = await startPageServer(
      { port: 0 },
      {
        control: {
          status: async () => ({ queue: { visible: 0, inFlight: 0 }, deadLetters: 0 }),
          deadLetters: async () => [],
          redrive: async () => ({ moved: 0 }),
          labelling: async () => ({ labelSets: [], others: 0 }),
          labelSets: async () => ({ dynamodbPort: 8000, modelDigest: 'model-a', labelSets: [] }),
          tagger: async () => ({ modelDigest: 'model-a', labelSets: [] }),
          sendListed: async (bodies) => ({ sent: bodies.length }),
        },
        api: () => new Response(),
        storeUpload: async () => ({ bucket: 'photos', key: 'a.jpg', isAlreadyThere: false }),
      },
    );
    const opener = join(folder, 'xdg-open');
    await writeFile(
      opener,
      `#!/bin/sh\nprintf '%s' "$1" > '${folder}/new'\nmv '${folder}/new' '${folder}/opened'\n`,
    );
    await chmod(opener, 0o755);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('opens the page of the local pipeline', async () => {
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    const { code, stdout, stderr } = await runCli(['page', '--http-port', String(server.port)], { env });
    const url = `http://127.0.0.1:${server.port}`;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
    const opened = () => readFile(join(folder, 'opened'), 'utf8').catch(() => '');
    await waitUntil(async () => (await opened()) !== '');
    expect(await opened()).toBe(`${url}/`);
  });

  it('says where the page is on a machine without a browser', async () => {
    const env = { ...process.env, PATH: join(folder, 'nothing') };
    const result = await runCli(['page', '--http-port', String(server.port)], { env });
    expect(result).toEqual({
      ...{ code: 0, stdout: `http://127.0.0.1:${server.port}\n` },
      stderr: 'cliptag page: no browser could be opened here\n',
    });
  });
});
