import { copyFile, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damageOf, forgetDamage } from '../../../../functions/local/store/damage.ts';
import { flushLevelStore } from '../../../../functions/local/store/flush.ts';
import { openLevelStore } from '../../../../functions/local/store/level-store.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const ENTRIES = 2_000;

/** A store whose entries are all in its log. */
async function filledStore(): Promise<string> {
  const folder = join(await temporaryFolder(), 'store');
  const store = await openLevelStore(folder);
  await store.batch(Array.from({ length: ENTRIES / 2 }, (_, i) => entry(i)));
  for (let i = ENTRIES / 2; i < ENTRIES; i++) await store.put(entry(i).key, entry(i).value);
  await store.close();
  return folder;
}

const entry = (i: number) => ({ type: 'put' as const, key: `key ${i}`, value: 'x'.repeat(100) });

async function damageFile(folder: string, name: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const file = (await readdir(folder)).find((each) => each.includes(name)) ?? name;
  await writeFile(join(folder, file), change(await readFile(join(folder, file))));
}

const flippedIn = (part: number) => (bytes: Buffer) => {
  const at = Math.floor(bytes.length * part);
  bytes[at] = (bytes[at] ?? 0) ^ 0x55;
  return bytes;
};

async function keysIn(folder: string): Promise<number> {
  const store = await openLevelStore(folder);
  const keys = await store.keys().all();
  await store.close();
  return keys.length;
}

describe('a store', () => {
  it('has no damage when nothing is wrong with it', async () => {
    const folder = await filledStore();
    expect(await keysIn(folder)).toBe(ENTRIES);
    expect(await damageOf(folder)).toEqual([]);
  });

  it('notes what LevelDB leaves out of a damaged log, until it is told that it is mended', async () => {
    const folder = await filledStore();
    await damageFile(folder, '.log', flippedIn(0.75));
    expect(await keysIn(folder)).toBeLessThan(ENTRIES);
    expect((await damageOf(folder))[0]).toMatch(/^dropping \d+ bytes; Corruption: checksum mismatch$/);
    await keysIn(folder);
    expect(await damageOf(folder)).not.toEqual([]);
    await forgetDamage(folder);
    await keysIn(folder);
    expect(await damageOf(folder)).toEqual([]);
  });

  it.each([
    ['MANIFEST', flippedIn(0.5)],
    ['CURRENT', () => Buffer.from('nonsense')],
  ])('is rebuilt of what can be read when its %s is damaged', async (name, change) => {
    const folder = await filledStore();
    await damageFile(folder, name, change);
    expect(await keysIn(folder)).toBe(ENTRIES);
    expect((await damageOf(folder))[0]).toMatch(/^could not be opened and was rebuilt: Corruption/);
  });

  it('notes that a log has lost what had been flushed', async () => {
    const folder = await filledStore();
    await flushLevelStore(folder);
    await damageFile(folder, '.log', (bytes) => bytes.subarray(0, bytes.length - 1_000));
    await keysIn(folder);
    expect(await damageOf(folder)).toEqual([expect.stringMatching(/\.log has lost its last 1000 bytes$/)]);
  });

  it('notes that a log may have lost its end before the next one was begun', async () => {
    const folder = await filledStore();
    await flushLevelStore(folder);
    const [log = ''] = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    const next = `${String(Number.parseInt(log, 10) + 1).padStart(6, '0')}.log`;
    await writeFile(join(folder, next), '');
    const copy = join(await temporaryFolder(), 'store');
    await cp(folder, copy, { recursive: true });
    await cp(`${folder}.flushed`, `${copy}.flushed`);
    await copyFile(join(copy, log), join(copy, next));
    expect([await keysIn(folder), await damageOf(folder)]).toEqual([ENTRIES, []]);
    expect(await keysIn(copy)).toBe(ENTRIES);
    expect(await damageOf(copy)).toEqual([`${log} may have lost its end, behind which ${next} goes on`]);
  });

  it('has its logs flushed while it is open elsewhere', async () => {
    const folder = await filledStore();
    const store = await openLevelStore(folder);
    await store.put('key', 'value');
    const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    expect(logs.length).toBeGreaterThan(0);
    expect(Object.keys(await flushLevelStore(folder))).toEqual(logs);
    await store.close();
  });
});
