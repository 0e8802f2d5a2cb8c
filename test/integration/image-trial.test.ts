import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { openImageTrial } from '../../functions/local/trial/image-trial.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const SAMPLE = packagePath('functions', 'local', 'samples', 'coffee.png');
const MODEL = packagePath('models', 'embedded');

/** A message of some uploads, by what they hold. */
function messageOf(...contents: readonly string[]) {
  const Records = contents.map((key, i) => ({
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', eventTime: '2026-11-30T00:00:00Z' },
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'photos' }, object: { key, size: 1, eTag: 'e', sequencer: `0${i}` } },
  }));
  return { body: JSON.stringify({ Records }) };
}

/** A trial in which each object holds its own key, by a program that does what it finds there. */
async function trialOf(source: string, limitMilliseconds = 30_000) {
  const folder = await temporaryFolder();
  const program = join(folder, 'program.mjs');
  await writeFile(program, `import { readFileSync } from 'node:fs'; ${source}`);
  const trial = await openImageTrial({
    ...{
      program,
      limitMilliseconds,
      maximumBytes: 1_000,
      modelFolder: 'a model',
      folder: join(folder, 'own'),
    },
    objects: {
      fetch: async ({ key }) => {
        if (key === 'gone') throw new Error('gone');
        return { bytes: Buffer.from(key) };
      },
    },
  });
  return { trial, left: () => readdir(join(folder, 'own')) };
}

const OBEY = `
  const [command, image, ...flags] = process.argv.slice(2);
  if ([command, ...flags].join(' ') !== 'embed --model a model') process.exit(2);
  const what = readFileSync(image, 'utf8');
  if (what === 'deadly') process.kill(process.pid, 'SIGKILL');
  if (what.startsWith('SIG')) process.kill(process.pid, what);
  if (what === 'exits as after Ctrl-C') process.exit(130);
  if (what === 'throws') throw new Error('nobody expected this');
  if (what === 'endless') for (;;);
  if (what === 'cannot start') process.exit(2);
  console.log(what);
  process.exit(what === 'no picture' ? 1 : 0);`;

it.each([
  [['picture'], false],
  [['no picture'], false],
  [['gone'], false],
  [['cannot start'], false],
  [['deadly'], true],
  [['throws'], true],
  [['gone', 'picture', 'deadly'], true],
])('of images that hold %j says that they end a process: %j', async (contents, expected) => {
  const { trial, left } = await trialOf(OBEY);
  expect(await trial(messageOf(...contents))).toBe(expected);
  expect(await left()).toEqual([]);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'exits as after Ctrl-C'])(
  'rejects to say so of images amid which somebody has stopped the trial (%s)',
  async (what) => {
    const { trial, left } = await trialOf(OBEY);
    await expect(trial(messageOf(what))).rejects.toThrow('was stopped');
    expect(await left()).toEqual([]);
  },
);

it('has seen nothing in a trial that lasts too long', async () => {
  const { trial, left } = await trialOf(OBEY, 500);
  expect(await trial(messageOf('endless'))).toBe(false);
  expect(await left()).toEqual([]);
});

it('tries nothing of a removal, and what a killed process has left is gone at the start', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'left'), '');
  const fetch = async () => Promise.reject(new Error('nobody asks'));
  const trial = await openImageTrial({ objects: { fetch }, maximumBytes: 1, modelFolder: '', folder });
  expect(await readdir(folder)).toEqual([]);
  const removal = JSON.stringify(messageOf('k')).replace('ObjectCreated:Put', 'ObjectRemoved:Delete');
  expect(await trial(JSON.parse(removal))).toBe(false);
});

it('finds a photograph harmless by the command line itself', async () => {
  const bytes = await readFile(SAMPLE);
  const trial = await openImageTrial({
    ...{ objects: { fetch: async () => ({ bytes }) }, maximumBytes: 10 ** 7, modelFolder: MODEL },
    ...{ folder: await temporaryFolder(), program: join(inject('programs'), 'cli-program.js') },
  });
  expect(await trial(messageOf('coffee.png'))).toBe(false);
});
