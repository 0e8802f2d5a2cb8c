import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openHub } from '../../functions/checkpoints/pull/hub.ts';
import { listen, loopbackUrl, stop } from '../../functions/local/http/loopback-server.ts';
import { checkpointFiles } from '../fixtures/checkpoint-files.ts';
import { startFakeHub } from '../fixtures/fake-hub.ts';
import { testPull } from './support/pull.ts';

/** Forwards what it is asked for and remembers it; `hub.test` is the hub, wherever that is. */
async function startProxy(hubUrl: string, refusal?: number) {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${new URL(incoming.url ?? '').host}`);
    credentials.push(incoming.headers['proxy-authorization']);
    if (refusal !== undefined) {
      outgoing.writeHead(refusal).end();
      return;
    }
    const target = incoming.url?.replace('http://hub.test', hubUrl) ?? '';
    const { method, headers } = incoming;
    const passed = request(
      target,
      { method, headers: { ...headers, host: new URL(target).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(passed);
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.on('error', () => {});
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const tunnel = connect(Number(new URL(hubUrl).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
  });
  const url = loopbackUrl(await listen(server, 0));
  onTestFinished(() => stop(server));
  return { url, asked, credentials };
}

async function started(refusal?: number) {
  const hub = await startFakeHub(checkpointFiles());
  return { hub, pull: await testPull(), proxy: await startProxy(hub.url, refusal) };
}

describe('a proxy', () => {
  it('carries everything to an http: mirror, with its credentials', async () => {
    const { pull, proxy } = await started();
    const http = proxy.url.replace('//', '//user:pass%20word@');
    await pull.run({ endpoint: 'http://hub.test', proxies: { http, except: [] } });
    expect(proxy.asked).toContain('GET hub.test');
    // The file store, too.
    expect(proxy.asked.at(-1)).toMatch(/^GET 127\.0\.0\.1:\d+$/);
    expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${btoa('user:pass word')}`]));
  });

  it('opens a tunnel to an https: hub', async () => {
    const { proxy } = await started();
    const hub = openHub({ endpoint: 'https://hub.test', proxies: { https: proxy.url, except: [] } });
    onTestFinished(() => hub.close());
    // The server behind it speaks no TLS: that the tunnel was asked for is what counts.
    await expect(hub.send('GET', 'api')).rejects.toThrow();
    expect(proxy.asked).toEqual(['CONNECT hub.test:443']);
  });

  it('is left out for hosts that are excepted', async () => {
    const { hub, pull, proxy } = await started();
    await pull.run({ endpoint: hub.url, proxies: { http: proxy.url, except: ['127.0.0.1'] } });
    expect(proxy.asked).toEqual([]);
  });

  it('is reported with what to check when it refuses an https: hub', async () => {
    const { proxy } = await started(403);
    const hub = openHub({ endpoint: 'https://hub.test', proxies: { https: proxy.url, except: [] } });
    onTestFinished(() => hub.close());
    await expect(hub.send('GET', 'api')).rejects.toThrow(
      /Expected a way to hub\.test but the proxy refused \(.*403.*\): check HTTPS_PROXY, HTTP_PROXY and NO_PROXY/,
    );
  });

  it('is reported with what to check when it wants other credentials', async () => {
    const { pull, proxy } = await started(407);
    await expect(
      pull.run({ endpoint: 'http://hub.test', proxies: { http: proxy.url, except: [] } }),
    ).rejects.toThrow(/the proxy refused \(Proxy Authentication Required \(407\)\)/);
  });

  it('is named when it is not there', async () => {
    const pull = await testPull();
    const proxies = { http: 'http://user:secret@127.0.0.1:1', except: [] };
    await expect(pull.run({ endpoint: 'http://hub.test', proxies })).rejects.toThrow(
      'Expected to reach hub.test through the proxy 127.0.0.1:1 but received ECONNREFUSED',
    );
  });
});
