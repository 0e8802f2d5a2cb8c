import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../../functions/checkpoints/pull/proxy-choice.ts';
import { readHubEnvironment } from '../../../../functions/config.ts';

const proxies = { http: 'http://p:1', https: 'http://p:2' };
const choice = (url: string, ...except: string[]) => proxyFor(new URL(url), { ...proxies, except });

describe('the proxy', () => {
  it('is that of the scheme', () => {
    expect(choice('http://a.b/')).toBe('http://p:1');
    expect(choice('https://a.b/')).toBe('http://p:2');
    expect(proxyFor(new URL('https://a.b/'), { http: 'http://p:1', except: [] })).toBeUndefined();
  });

  it.each([
    ['http://a.b/', '*'],
    ['http://a.b/', 'a.b'],
    ['http://A.B/', 'a.B'],
    ['http://x.a.b/', 'a.b'],
    ['http://x.a.b/', '.a.b'],
    ['http://x.a.b/', '*.a.b'],
    ['http://a.b:8080/', 'a.b:8080'],
    ['https://a.b/', 'a.b:443'],
    ['http://[::1]:80/', '[::1]'],
  ])('is left out for %s by NO_PROXY=%s', (url, entry) =>
    expect(choice(url, 'other', entry)).toBeUndefined(),
  );

  it.each([
    ['http://xa.b/', 'a.b'],
    ['http://a.b:81/', 'a.b:80'],
    ['http://a.b/', ''],
    ['http://a.b.c/', 'a.b'],
  ])('stays for %s with NO_PROXY=%s', (url, entry) => expect(choice(url, entry)).toBe('http://p:1'));
});

describe("the hub's environment", () => {
  it('is the public hub without a token and without proxies where nothing is set', () => {
    expect(readHubEnvironment({ HF_TOKEN: '', HTTPS_PROXY: ' ' })).toEqual({
      endpoint: 'https://huggingface.co',
      token: undefined,
      proxies: { http: undefined, https: undefined, except: [] },
    });
  });

  it('prefers names in lower case, completes hosts to URLs and splits NO_PROXY', () => {
    const variables = {
      HF_ENDPOINT: 'https://mirror.test',
      HF_TOKEN: 'hf_x',
      https_proxy: 'proxy.test:3128',
      HTTPS_PROXY: 'http://other.test',
      ALL_PROXY: 'http://all.test',
      NO_PROXY: 'a.b, c.d  e.f',
    };
    expect(readHubEnvironment(variables)).toEqual({
      endpoint: 'https://mirror.test',
      token: 'hf_x',
      proxies: { http: 'http://all.test', https: 'http://proxy.test:3128', except: ['a.b', 'c.d', 'e.f'] },
    });
  });

  it('rejects what is no URL, all of it, without its passwords', () => {
    const variables = { HF_ENDPOINT: 'ftp://hub', HTTPS_PROXY: 'socks5://me:secret@p:1' };
    expect(() => readHubEnvironment(variables)).toThrow(/HF_ENDPOINT: Expected .*\n.*HTTPS_PROXY: Expected/);
    expect(() => readHubEnvironment(variables)).not.toThrow(/secret/);
  });
});
