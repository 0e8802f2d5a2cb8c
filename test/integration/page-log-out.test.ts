import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { API_BASE } from '../../functions/api/contract.ts';
import { reachOf } from '../../functions/local/http/reach.ts';
import { startPageHost } from '../../functions/local/page-host/page-host.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const TOKEN = '0123456789-0123456789';
/** A proxy on this machine asks for it. */
const OUTSIDE = { 'x-forwarded-for': '203.0.113.9' };

let loggedOutFile: string;
let told: string[];
beforeEach(async () => {
  loggedOutFile = join(await temporaryFolder(), 'logged-out.json');
  told = [];
});

async function started(token: string | undefined = TOKEN, port = 0) {
  const onGuesses = (address: string, guesses: number) => void told.push(`${guesses} ${address}`);
  const host = await startPageHost(
    { port, reach: reachOf('127.0.0.1', []), token, loggedOutFile, onGuesses },
    async (_, response, path) => {
      if (path !== `${API_BASE}/status`) return false;
      response.end('{}');
      return true;
    },
  );
  let isOpen = true;
  const close = async () => {
    if (isOpen) await host.close();
    isOpen = false;
  };
  onTestFinished(close);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${host.port}${path}`, { redirect: 'manual', ...init });
  const logIn = (given: string, headers: Record<string, string> = {}) =>
    ask('/login', { method: 'POST', body: new URLSearchParams({ token: given }), headers });
  const bearer = (given: string, headers: Record<string, string> = {}) =>
    ask(`${API_BASE}/status`, { headers: { ...headers, authorization: `Bearer ${given}` } });
  return { ask, logIn, bearer, close, port: host.port };
}

const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe('a browser that has logged in', () => {
  it('logs out: its cookie is good for nothing any more, after a restart either, and others stay', async () => {
    const { ask, logIn, close, port } = await started();
    const [cookie, other] = [cookieOf(await logIn(TOKEN)), cookieOf(await logIn(TOKEN))];
    const sessionOf = async (of: string, from = ask) =>
      (await from('/session', { headers: { cookie: of } })).status;
    expect(await (await ask('/session', { headers: { cookie } })).json()).toEqual({ isLoggedIn: true });
    const out = await ask('/logout', { method: 'POST', headers: { cookie } });
    expect([out.status, out.headers.get('location'), out.headers.get('set-cookie')]).toEqual([
      303,
      '/',
      `cliptag-${port}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
    ]);
    expect([await sessionOf(cookie), await sessionOf(other)]).toEqual([401, 200]);
    expect((await ask('/logout', { method: 'POST', headers: { cookie } })).status).toBe(303);
    await close();
    const again = await started(TOKEN, port);
    expect([await sessionOf(cookie, again.ask), await sessionOf(other, again.ask)]).toEqual([401, 200]);
  });

  it('is told nothing more', async () => {
    const { ask, logIn } = await started();
    const cookie = cookieOf(await logIn(TOKEN));
    const events = await ask(`${API_BASE}/events`, { headers: { cookie } });
    const rest = events.text();
    await ask('/logout', { method: 'POST', headers: { cookie } });
    expect(await rest).toBe(': listening\n\n');
  });

  it('rejects to be logged out by a page of another origin, or a link', async () => {
    const { ask, logIn } = await started();
    const cookie = cookieOf(await logIn(TOKEN));
    const foreign = await ask('/logout', {
      method: 'POST',
      headers: { cookie, origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
    await ask('/logout', { headers: { cookie } });
    expect((await ask('/session', { headers: { cookie } })).status).toBe(200);
  });

  it('has nothing to log out of where no token is asked for', async () => {
    const { ask } = await started('');
    expect((await ask('/session')).status).toBe(401);
    const open = await startPageHost({ port: 0 }, async () => false);
    onTestFinished(() => open.close());
    expect(await (await fetch(`http://127.0.0.1:${open.port}/session`)).json()).toEqual({
      isLoggedIn: false,
    });
  });
});

describe('whoever guesses tokens', () => {
  it.each(['logIn', 'bearer'] as const)(
    'has to wait after ten, by %s, with the right one too',
    async (way) => {
      const asking = await started();
      const guess = asking[way];
      for (let i = 0; i < 10; i++) expect((await guess('wrong', OUTSIDE)).status).toBe(401);
      for (const token of ['wrong', TOKEN]) {
        const answer = await guess(token, OUTSIDE);
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(await answer.text()).toMatch(/[Tt]oo many wrong tokens/i);
      }
      expect(told).toEqual(['10 203.0.113.9']);
      expect((await asking.bearer(TOKEN, { 'x-forwarded-for': '203.0.113.10' })).status).toBe(200);
    },
  );

  it('never shuts out the right token on this machine, nor a browser that has logged in', async () => {
    const { ask, logIn, bearer } = await started();
    const cookie = cookieOf(await logIn(TOKEN, OUTSIDE));
    for (let i = 0; i < 12; i++) {
      await bearer('wrong');
      await bearer('wrong', OUTSIDE);
    }
    expect([(await bearer('wrong')).status, (await bearer(TOKEN)).status]).toEqual([401, 200]);
    expect([(await logIn('wrong')).status, (await logIn(TOKEN)).status]).toEqual([401, 303]);
    expect((await ask(`${API_BASE}/status`, { headers: { cookie, ...OUTSIDE } })).status).toBe(200);
  });

  it('is not whoever gives no token at all', async () => {
    const { ask, bearer } = await started();
    for (let i = 0; i < 12; i++)
      expect((await ask(`${API_BASE}/status`, { headers: OUTSIDE })).status).toBe(401);
    expect((await bearer(TOKEN, OUTSIDE)).status).toBe(200);
  });
});
