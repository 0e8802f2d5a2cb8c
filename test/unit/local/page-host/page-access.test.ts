import { describe, expect, it } from 'vitest';
import { pageAccess } from '../../../../functions/local/page-host/page-access.ts';

const TOKEN = 'a-token-of-some-length';
const cookieOf = (given: string | undefined) => given?.split(';')[0];

describe('access to the page', () => {
  it('is good for as long as the token is, over restarts', () => {
    const cookie = cookieOf(pageAccess(TOKEN, 3000).cookieFor(TOKEN, false));
    expect(pageAccess(TOKEN, 3000).mayPass({ cookie })).toBe(true);
    expect(pageAccess(`${TOKEN}2`, 3000).mayPass({ cookie })).toBe(false);
  });

  it('is of one port: several pages on one machine keep their cookies', () => {
    const [one, other] = [pageAccess(TOKEN, 3000), pageAccess(TOKEN, 3001)];
    const cookie = cookieOf(one.cookieFor(TOKEN, false));
    expect(cookieOf(other.cookieFor(TOKEN, false))).not.toBe(cookie);
    expect(other.mayPass({ cookie })).toBe(false);
  });

  it('takes a token in a header as programs write it', () => {
    const { mayPass } = pageAccess(TOKEN, 3000);
    expect(['Bearer ', 'bearer  '].map((word) => mayPass({ authorization: word + TOKEN }))).toEqual([
      true,
      true,
    ]);
    expect(['', 'Basic ', 'Bearer x'].map((word) => mayPass({ authorization: word + TOKEN }))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('rejects a code after a minute, and after its use', () => {
    let now = 0;
    const access = pageAccess(TOKEN, 3000, () => now);
    const [used, late] = [access.newCode(), access.newCode()];
    expect(access.cookieFor(used, false)).toBeDefined();
    expect(access.cookieFor(used, false)).toBeUndefined();
    now = 60_001;
    expect(access.cookieFor(late, false)).toBeUndefined();
  });
});
