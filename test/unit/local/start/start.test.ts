import { describe, expect, it } from 'vitest';
import { start } from '../../../../functions/local/start/start.ts';
import { UsageError } from '../../../../functions/terminal/exit-code.ts';

async function started(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const line = async (text: string) => void lines.push(text);
  expect(
    await start(args, { line, remark: (text) => lines.push(text), fault: (text) => lines.push(text) }),
  ).toBe(0);
  return lines;
}

describe('cliptag start', () => {
  it('says how it is used, as every command does', async () => {
    const [help = ''] = await started('--help');
    expect(help).toMatch(/^Usage: cliptag start \[--s3-port PORT\]/);
    const ports = ['s3-port', 'dynamodb-port', 'http-port'];
    for (const flag of [...ports, 'data', 'labels', 'object-tags', 'no-reembed', 'result-events']) {
      expect(help).toMatch(new RegExp(`^  --${flag} `, 'm'));
    }
  });

  it('rejects everything that is wrong at once', async () => {
    const args = ['--s3-port', '99999', '--http-port', 'x', '--object-tags', '11', '--data', ''];
    await expect(
      start([...args, '--labels', '', 'here'], { line: async () => {}, remark: () => {}, fault: () => {} }),
    ).rejects.toThrow(
      new UsageError([
        '--s3-port: expected a port from 0 to 65535 but received "99999"',
        '--http-port: expected a port from 0 to 65535 but received "x"',
        '--object-tags: expected a whole number from 1 to 10 but received "11"',
        '--data: expected some text but received ""',
        '--labels: expected some text but received ""',
        'expected only flags but received "here"',
      ]),
    );
  });

  it('rejects another word than auto as the port of all', async () => {
    await expect(
      start(['--port', '3000'], { line: async () => {}, remark: () => {}, fault: () => {} }),
    ).rejects.toThrow('--port: expected auto, or a flag for one of the ports but received "3000"');
  });

  it('rejects a token twice, and a name that is none', async () => {
    const args = ['--token', 'a', '--token-file', 'b', '--allowed-host', 'http://a'];
    await expect(start(args, { line: async () => {}, remark: () => {}, fault: () => {} })).rejects.toThrow(
      '--allowed-host: expected the name of a machine, without port but received "http://a"',
    );
    await expect(
      start(args.slice(0, 4), { line: async () => {}, remark: () => {}, fault: () => {} }),
    ).rejects.toThrow('expected one of --token and --token-file');
  });

  it('rejects a port that two endpoints would have', async () => {
    await expect(
      start(['--s3-port', '8000'], { line: async () => {}, remark: () => {}, fault: () => {} }),
    ).rejects.toThrow('--dynamodb-port: expected another port than that of --s3-port, 8000');
  });
});
