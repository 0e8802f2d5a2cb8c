import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { stop } from '../../functions/local/http/loopback-server.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { available } from './tools.ts';

const hasOpenssl = available('openssl');

/** Where requests go out through a proxy that looks into them, its certificate is one that no public authority has signed. */
describe.skipIf(!hasOpenssl)('a service with a certificate of the own house', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, ...files], {
      stdio: 'ignore',
    });
  });

  /** What becomes of a read, in a process with these variables: Node reads them when it starts. */
  async function read(variables: Readonly<Record<string, string>>): Promise<string> {
    const files = {
      key: readFileSync(join(folder, 'key.pem')),
      cert: readFileSync(join(folder, 'certificate.pem')),
    };
    const server = createServer(files, (incoming, outgoing) => {
      incoming.resume();
      outgoing.end('{"Item":{"PK":{"S":"a"}}}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => stop(server));
    const { port } = server.address() as { port: number };
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const program = join(inject('programs'), 'frozen-process.js');
    const child = spawn(process.execPath, ['--no-warnings', program], {
      env: { ...env, ...variables },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(`1 https://127.0.0.1:${port}\n`);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return (await lines.next()).value;
  }

  it('is trusted by NODE_EXTRA_CA_CERTS', async () => {
    expect(await read({ NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem') })).toBe('["read"]');
  });

  it('is not trusted without', async () => {
    expect(await read({})).toBe('["DEPTH_ZERO_SELF_SIGNED_CERT"]');
  });
});
