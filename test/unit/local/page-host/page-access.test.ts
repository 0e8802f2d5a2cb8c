import { describe, expect, it } from 'vitest';
import { pageAccess } from '../../../../functions/local/page-host/page-access.ts';

const TOKEN = 'a-token-of-some-length';
const cookieOf = (given: string | undefined) => given?.split(';')[0];

describe('access to the page', () => {
  it('is good for as long as the token is, over restarts', () => {
    const cookie = cookieOf(pageAccess(TOKEN, 3000).cookieFor(TOKEN, false));
    expect(pageAccess(TOKEN, 3000).sessionOf({ cookie })).toBeDefined();
    expect(pageAccess(`${TOKEN}2`, 3000).sessionOf({ cookie })).toBeUndefined();
  });

  it('is each session by itself, of which one may end', async () => {
    const access = pageAccess(TOKEN, 3000);
    const [mine, yours] = [1, 2].map(() => cookieOf(access.cookieFor(TOKEN, false)));
    expect(mine).not.toBe(yours);
    expect(await access.logOut({ cookie: mine })).toBe(
      'cliptag-3000=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    );
    expect(access.sessionOf({ cookie: mine })).toBeUndefined();
    expect(access.sessionOf({ cookie: yours })).toBeDefined();
    expect(access.sessionOf({ cookie: `${mine}; ${yours}` })).toBe(access.sessionOf({ cookie: yours }));
    await access.logOut({});
    await access.logOut({ cookie: 'cliptag-3000=x' });
    expect(access.sessionOf({ cookie: yours })).toBeDefined();
  });

  it('ends after 30 days, whatever the browser keeps', () => {
    let now = Date.now();
    const access = pageAccess(TOKEN, 3000, { now: () => now });
    const cookie = cookieOf(access.cookieFor(TOKEN, false));
    now += 30 * 24 * 60 * 60 * 1_000 - 1;
    expect(access.sessionOf({ cookie })).toBeDefined();
    now += 1;
    expect(access.sessionOf({ cookie })).toBeUndefined();
  });

  it.each([
    [(value: string) => value.replace('cliptag-3000=', 'cliptag-3000=z')],
    [(value: string) => value.slice(0, -1)],
    [() => 'cliptag-3000=.'],
    [() => 'cliptag-3000='],
    [() => 'cliptag-3000=a.b.c'],
  ])('rejects a cookie that was not given here', (changed) => {
    const access = pageAccess(TOKEN, 3000);
    const cookie = changed(cookieOf(access.cookieFor(TOKEN, false)) ?? '');
    expect(access.sessionOf({ cookie })).toBeUndefined();
  });

  it('is of one port: several pages on one machine keep their cookies', () => {
    const [one, other] = [pageAccess(TOKEN, 3000), pageAccess(TOKEN, 3001)];
    const cookie = cookieOf(one.cookieFor(TOKEN, false));
    expect(other.sessionOf({ cookie })).toBeUndefined();
  });

  it('takes a token in a header as programs write it', () => {
    const { bearerOf } = pageAccess(TOKEN, 3000);
    expect(['Bearer ', 'bearer  '].map((word) => bearerOf({ authorization: word + TOKEN }))).toEqual([
      'right',
      'right',
    ]);
    expect(['', 'Basic ', 'Bearer x'].map((word) => bearerOf({ authorization: word + TOKEN }))).toEqual([
      undefined,
      undefined,
      'wrong',
    ]);
  });

  it('rejects a code after a minute, and after its use', () => {
    let now = 0;
    const access = pageAccess(TOKEN, 3000, { now: () => now });
    const [used, late] = [access.newCode(), access.newCode()];
    expect(access.cookieFor(used, false)).toBeDefined();
    expect(access.cookieFor(used, false)).toBeUndefined();
    now = 60_001;
    expect(access.cookieFor(late, false)).toBeUndefined();
  });
});
