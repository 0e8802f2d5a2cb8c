import { describe, expect, it } from 'vitest';
import { jsonLines, runCli } from './support/cli-process.ts';

describe('cliptag cost', () => {
  it('prints the parts of the bill, what others ask, and what it assumes', async () => {
    const given = ['--milliseconds', '30', '--memory-mb', '2048', '--arch', 'x86_64'];
    const { code, stdout, stderr } = await runCli(['cost', '--images', '1000000', ...given]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}Lambda computing +60,000 GB-seconds +\$1\.00\n/);
    expect(stdout).toMatch(/\nCliptag +1,000,000 images +\$7\.99\n/);
    expect(stdout).toMatch(/\nAmazon Rekognition labels +1,000,000 images +\$1,000\.00 +125 times as much\n/);
    expect(stdout).toMatch(/\nGoogle Cloud Vision labels +1,000,000 images +\$1,500\.00 /);
    expect(stdout).toContain('30.0 ms an image at 2048 MB on x86_64, as --milliseconds says');
    expect(stdout).toContain(
      '9 write units an image: 2 for its record, 1 for the index, 5 for label entries, 1 for the note that mends crashes',
    );
    expect(stdout).toMatch(/prices of 20\d\d-\d\d in us-east-1, no free tier/);
  });

  it('estimates the time by model and size of the images, and says so', async () => {
    const run = async (...args: string[]) => {
      const [answer] = jsonLines<{ assumptions: Record<string, unknown>; onceDollars: number }>(
        await runCli(['cost', '--images', '1000', '--json', ...args]),
      );
      return answer!;
    };
    const [usual, large, small] = [
      await run(),
      await run('--avg-megapixels', '12'),
      await run('--model', 'embedded', '--tags', '0'),
    ];
    expect(usual.assumptions).toMatchObject({ images: 1000, tags: 5, megapixels: 4, batchSize: 10 });
    expect(usual.assumptions).toMatchObject({ model: 'vit-b-32-256-datacomp', architecture: 'arm64' });
    expect(large.onceDollars).toBeGreaterThan(usual.onceDollars);
    const told = await run('--events', '--object-tags', '--tags', '3');
    expect(told.assumptions).toMatchObject({ events: true, objectTags: 3 });
    expect(small.onceDollars).toBeLessThan(usual.onceDollars / 2);
  });

  it('counts the shards that such functions get, or those that are asked for', async () => {
    const rates = async (...args: string[]) => {
      const many = ['--concurrency', '500', '--table-units', '80000', '--milliseconds', '50'];
      const [answer] = jsonLines<{ imagesPerSecond: object }>(
        await runCli(['cost', '--images', '1000', '--json', ...many, ...args]),
      );
      return answer?.imagesPerSecond;
    };
    expect(await rates()).toMatchObject({ statusIndex: 32_000, label: 32_000, carried: 10_000 });
    expect(await rates('--table-shards', '3')).toMatchObject({ label: 3_000, limit: 'statusIndex' });
    const { stdout } = await runCli(['cost', '--images', '1000', '--table-shards', '3']);
    expect(stdout).toMatch(/\n {2}a label that every image has, 3 shards +3,000\n/);
  });

  it.each<[string[], RegExp]>([
    [[], /^cliptag cost: expected --images: how many are to be tagged\n$/],
    [
      ['--images', '5', '--stack', 'A', '--memory-mb', '512', '--milliseconds', '9'],
      /--stack says itself what --milliseconds, --memory-mb would/,
    ],
    [['--images', '5', '--region', 'eu-west-1'], /--region needs --stack/],
    [['--images', '0'], /--images: expected a whole number from 1 up but received "0"/],
    [['--images', '1e6'], /--images: expected a whole number from 1 up but received "1e6"/],
    [
      ['--images', '5', '--tags', '101', '--arch', 'mips'],
      /--tags: .* 0 to 100 .*; --arch: expected arm64 or/,
    ],
    [['--images', '5', '--memory-mb', '64'], /--memory-mb: expected a whole number from 128 to 10240/],
    [['--images', '5', '--avg-megapixels', '0'], /--avg-megapixels: expected a number from 0\.01 to 1000/],
    [['--images', '5', '--milliseconds=-3'], /--milliseconds: expected a number from 0\.01 to 900000/],
    [['--images', '5', '--model', 'x'], /--model: expected vit-b-32-256-datacomp, .* but received "x"/],
    [['--images', '5', '--model', 'embedded', '--milliseconds', '3'], /expected one of them/],
    [['5'], /expected only flags but received "5"/],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['cost', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
