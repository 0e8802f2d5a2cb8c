import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NetworkFlags, networkAccess } from '../../../functions/local/network-access.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const TOKEN = 'a-token-of-some-length';
const KEYS = { CLIPTAG_ACCESS_KEY_ID: 'me', CLIPTAG_SECRET_ACCESS_KEY: 'a-secret-of-some-length' };
const open = { host: '0.0.0.0' };

const faultOf = (flags: NetworkFlags, variables: NodeJS.ProcessEnv) =>
  networkAccess(flags, variables).then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('who reaches the pipeline', () => {
  it('is this machine alone, unless told otherwise, and needs nothing', async () => {
    for (const flags of [{}, { host: '127.0.0.1' }, { host: 'localhost' }]) {
      expect(await networkAccess(flags, {})).toEqual({ reach: { host: '127.0.0.1' }, token: undefined });
    }
    expect(await networkAccess({ host: '::1' }, {})).toMatchObject({ reach: { host: '::1' } });
  });

  it('may be other machines, with a token and keys', async () => {
    const { reach, token } = await networkAccess({ ...open, token: TOKEN }, KEYS);
    expect([reach.host, token]).toEqual(['0.0.0.0', TOKEN]);
    expect(reach.isOwnName?.('192.168.1.5:3000')).toBe(true);
    expect(reach.isOwnName?.('evil.example')).toBe(false);
  });

  it.each([
    ['nothing', {}, ['token', 'keys']],
    ['a token alone', { CLIPTAG_TOKEN: TOKEN }, ['keys']],
    ['keys alone', KEYS, ['token']],
    ['the keys that all know', { CLIPTAG_TOKEN: TOKEN, CLIPTAG_SECRET_ACCESS_KEY: 'x'.repeat(30) }, ['keys']],
    [
      'a short secret',
      { ...KEYS, CLIPTAG_TOKEN: TOKEN, CLIPTAG_SECRET_ACCESS_KEY: 'x'.repeat(19) },
      ['keys'],
    ],
  ])('rejects other machines with %s, and says how to make the rest', async (_, variables, missing) => {
    const fault = await faultOf(open, variables);
    expect(
      ['token', 'keys'].filter((one) => fault.includes(`expected ${one === 'token' ? 'a token' : one}`)),
    ).toEqual(missing);
    expect(fault).toContain('export CLIPTAG_');
  });

  it.skipIf(process.platform === 'win32')(
    'rejects them with commands that make what is good enough',
    async () => {
      const commands = (await faultOf(open, {})).match(/export CLIPTAG_\w+=[^;]+/g) ?? [];
      const names = ['TOKEN', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'].map((name) => `CLIPTAG_${name}`);
      const printed = names.map((name) => `printf '%s\\n' "$${name}"`).join('; ');
      const values = execFileSync('sh', ['-ec', `${commands.join('\n')}\n${printed}`])
        .toString()
        .split('\n');
      const variables = Object.fromEntries(names.map((name, i) => [name, values[i]]));
      expect((await networkAccess(open, variables)).token).toBe(variables.CLIPTAG_TOKEN);
    },
  );

  it.each([['short'], ['a token with spaces in it'], ['ä'.repeat(30)], ['x'.repeat(2_000)], ['']])(
    'rejects the token %j, wherever it is used',
    async (token) => expect(await faultOf({ token }, {})).toMatch(/^expected a token of 20 to 1024/),
  );

  it('never shows a token that it rejects', async () => {
    expect(await faultOf({ token: 'my very secret one' }, {})).not.toContain('secret');
  });

  it('needs a token where a proxy leads others here', async () => {
    const flags = { 'allowed-host': ['photos.example'] };
    expect(await faultOf(flags, {})).toMatch(/^--allowed-host .* expected a token/);
    const { reach } = await networkAccess({ ...flags, token: TOKEN }, {});
    expect(reach.isOwnName?.('photos.example')).toBe(true);
  });

  it('takes the token of a file, whose last line may end', async () => {
    const file = join(await temporaryFolder(), 'token');
    await writeFile(file, `${TOKEN}\n`);
    expect(
      (await networkAccess({ 'token-file': file }, { CLIPTAG_TOKEN: 'another-one-of-that-length' })).token,
    ).toBe(TOKEN);
    expect((await networkAccess({}, { CLIPTAG_TOKEN_FILE: file })).token).toBe(TOKEN);
    expect(await faultOf({ 'token-file': `${file}-gone` }, {})).toMatch(/cannot be read: .*ENOENT/);
  });
});
