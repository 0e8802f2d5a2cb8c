import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { settlingFiles } from '../../../../functions/local/watch/settling-files.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const LARGE_BYTES = 32 * 1024 * 1024;

let root: string;
/** What is taken over, in the order in which that has begun. */
let begun: string[];
let gates: Map<string, () => void>;
let isHalted: boolean;
let faults: string[];

beforeEach(async () => {
  root = await temporaryFolder();
  begun = [];
  gates = new Map();
  faults = [];
  isHalted = false;
});

/** Each takes over until the test opens its gate. */
function opened(answer: (path: string) => boolean = () => true, settleMilliseconds = 0) {
  return settlingFiles({
    absolute: (path) => join(root, path),
    settleMilliseconds,
    isHalted: () => isHalted,
    onFault: (path, error) => faults.push(`${path}: ${(error as Error).message}`),
    takeOver: async (path, file) => {
      begun.push(`${path} ${file?.sizeBytes ?? 'gone'}`);
      await new Promise<void>((resolve) => gates.set(path, resolve));
      return answer(path);
    },
  });
}

async function large(name: string): Promise<void> {
  await writeFile(join(root, name), '');
  await truncate(join(root, name), LARGE_BYTES);
}

/** Seen, seen once more as it was, and taken over. */
async function settle(files: ReturnType<typeof opened>, expected: readonly string[]): Promise<void> {
  await expect
    .poll(async () => {
      await files.pulse();
      return [...begun].sort();
    })
    .toEqual([...expected].sort());
}

/** Which of several is looked at first is not ordered. */
function begunOf(suffix: string): readonly string[] {
  return begun.map((line) => line.split(' ')[0] as string).filter((path) => path.endsWith(suffix));
}

/** Until so many were begun, and no more. */
async function settleSome(files: ReturnType<typeof opened>, suffix: string, count: number): Promise<void> {
  const begunNow = async () => {
    await files.pulse();
    return begunOf(suffix).filter((path) => gates.has(path)).length;
  };
  await expect.poll(begunNow).toBe(count);
  for (let i = 0; i < 3; i++) expect(await begunNow()).toBe(count);
}

function openOne(suffix: string): void {
  gates.get(begunOf(suffix)[0] as string)?.();
}

describe('files that settle', () => {
  it('do not wait for large ones, of which two are taken over at once', async () => {
    const files = opened();
    for (const name of ['1.tif', '2.tif', '3.tif']) {
      await large(name);
      files.mark(name);
    }
    await settleSome(files, '.tif', 2);
    for (const name of ['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg']) {
      await writeFile(join(root, name), 'a');
      files.mark(name);
    }
    await settleSome(files, '.jpg', 4);
    openOne('.jpg');
    await settleSome(files, '.jpg', 5);
    expect(begunOf('.tif')).toHaveLength(2);
    openOne('.tif');
    await settleSome(files, '.tif', 3);
    for (const open of gates.values()) open();
    await files.ended();
    expect(['1.tif', '3.tif', '1.jpg', '5.jpg'].some(files.has)).toBe(false);
  });

  it('are taken over one after the other where it is the same file, as it is then', async () => {
    const files = opened();
    await writeFile(join(root, 'a.jpg'), 'one');
    files.mark('a.jpg');
    await settle(files, ['a.jpg 3']);
    await writeFile(join(root, 'a.jpg'), 'longer');
    files.mark('a.jpg');
    await rm(join(root, 'a.jpg'));
    for (let i = 0; i < 3; i++) await files.pulse();
    expect(begun).toEqual(['a.jpg 3']);
    gates.get('a.jpg')?.();
    await settle(files, ['a.jpg 3', 'a.jpg gone']);
    expect(begun).toEqual(['a.jpg 3', 'a.jpg gone']);
    gates.get('a.jpg')?.();
    await files.ended();
  });

  it('are taken over once more where that is not all, and not where something is wrong or it ends', async () => {
    let isDone = false;
    const files = opened((path) => {
      if (path === 'bad.jpg') throw new Error('no');
      return isDone;
    });
    await writeFile(join(root, 'a.jpg'), 'one');
    await writeFile(join(root, 'bad.jpg'), 'one');
    files.mark('a.jpg');
    files.mark('bad.jpg');
    await settle(files, ['a.jpg 3', 'bad.jpg 3']);
    for (const open of gates.values()) open();
    await settle(files, ['a.jpg 3', 'bad.jpg 3', 'a.jpg 3']);
    expect(faults).toEqual(['bad.jpg: no']);
    isDone = true;
    gates.get('a.jpg')?.();
    await files.ended();
    files.mark('a.jpg');
    isHalted = true;
    for (let i = 0; i < 3; i++) await files.pulse();
    expect(begun).toHaveLength(3);
  });

  it('do not wait until a clock that is set back says what it said before', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await writeFile(join(root, 'a.jpg'), '');
    const files = opened(undefined, 1_500);
    files.mark('a.jpg');
    await files.pulse();
    await files.pulse();
    expect(begun).toEqual([]);
    vi.setSystemTime(Date.now() - 3_600_000);
    await settle(files, ['a.jpg 0']);
    gates.get('a.jpg')?.();
    await files.ended();
  });
});
