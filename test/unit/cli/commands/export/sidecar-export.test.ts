import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sidecarWriter } from '../../../../../functions/cli/commands/export/sidecar-export.ts';
import { broaderLabelsIn } from '../../../../../functions/cli/sidecars/keywords.ts';
import { sidecarCounts } from '../../../../../functions/cli/sidecars/sidecar-counts.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const image = (key: string) =>
  ({
    bucket: 'photos',
    key,
    status: 'tagged',
    recordedAt: '2026-11-30T12:00:00.000Z',
    tags: [{ set: 'general', label: 'dog', score: 0.9 }],
  }) as const;

it('sidecars of keys that no file may be named by are written under shortened names, and said', async () => {
  const folder = join(await temporaryFolder(), 'sidecars');
  const said: string[] = [];
  const counts = sidecarCounts((text) => said.push(text));
  const write = await sidecarWriter(folder, { flags: {}, broader: broaderLabelsIn([]), counts });
  // 1,024 bytes, as S3 allows.
  const long = (last: string) => `${'ä'.repeat(509)}${last}.jpg`;
  for (const key of [long('01'), long('02'), `${'f'.repeat(300)}/a.jpg`, 'b.jpg']) await write(image(key));
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = files.filter((entry) => entry.isFile()).map(({ name }) => name);
  expect(names).toHaveLength(4);
  expect(names.every((name) => Buffer.byteLength(name) <= 255 && /\.jpg\.xmp$/.test(name))).toBe(true);
  expect(counts.parts()).toEqual([
    [4, 'new'],
    [3, 'under shortened names'],
  ]);
  expect(said).toEqual([
    expect.stringMatching(
      /^s3:\/\/photos\/ä+01\.jpg has a longer name than a file may have: its sidecar's is cut off/,
    ),
  ]);
  expect(counts.unwritten()).toBe(0);
});
