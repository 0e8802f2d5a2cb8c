import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { errorTurns } from '../../functions/adapters/sharp/error-turns.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { scene } from '../fixtures/pictures.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;

/** Operations that end when they are told to, and a note of what ran. */
function operations() {
  const turns = errorTurns();
  const running = new Set<string>();
  const log: string[] = [];
  const ends = new Map<string, (outcome: string | Error) => void>();
  const begin = (name: string) =>
    turns.run(async () => {
      running.add(name);
      log.push([...running].join('+'));
      try {
        const outcome = await new Promise<string | Error>((resolve) => ends.set(name, resolve));
        if (outcome instanceof Error) throw outcome;
        return outcome;
      } finally {
        running.delete(name);
      }
    });
  const end = async (name: string, outcome: string | Error) => {
    await nextTurn();
    ends.get(name)?.(outcome);
    await nextTurn();
  };
  return { begin, end, log };
}

describe('the turns of operations that may fail', () => {
  it('let one that fails alone fail at once', async () => {
    const { begin, end, log } = operations();
    const failing = expect(begin('a')).rejects.toThrow('own');
    await end('a', new Error('own'));
    await failing;
    expect(log).toEqual(['a']);
  });

  it('run one that fails beside others once more, when all of these have ended and before any other', async () => {
    const { begin, end, log } = operations();
    const failing = expect(begin('a')).rejects.toThrow('own');
    const beside = begin('b');
    await end('a', new Error('of b'));
    const later = begin('c');
    await nextTurn();
    expect(log).toEqual(['a', 'a+b']);
    await end('b', 'done');
    await expect(beside).resolves.toBe('done');
    expect(log).toEqual(['a', 'a+b', 'a']);
    await end('a', new Error('own'));
    await failing;
    expect(log).toEqual(['a', 'a+b', 'a', 'c']);
    await end('c', 'done');
    await expect(later).resolves.toBe('done');
  });

  it('do so with one beside which another has come and gone', async () => {
    const { begin, end, log } = operations();
    const failing = expect(begin('a')).rejects.toThrow('own');
    const beside = begin('b');
    await end('b', 'done');
    await beside;
    await end('a', new Error('of b'));
    await end('a', new Error('own'));
    await failing;
    expect(log).toEqual(['a', 'a+b', 'a']);
  });

  it('give what the second time gives', async () => {
    const { begin, end } = operations();
    const [first, second] = [begin('a'), begin('b')];
    await end('a', new Error('out of memory'));
    await end('b', 'done');
    await end('a', 'pixels');
    await expect(first).resolves.toBe('pixels');
    await expect(second).resolves.toBe('done');
  });

  it('come to all when many fail at once', async () => {
    const turns = errorTurns();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        turns.run(async () => {
          await nextTurn();
          throw new Error(`${index}`);
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual(
      outcomes.map((_, index) => `${index}`),
    );
  });
});

it('the reason of a broken picture is its own, whatever is decoded beside it', async () => {
  const decoder = sharpPixelDecoder();
  const picture = scene(64, 48);
  const png = await picture.clone().png().toBuffer();
  png.writeUInt8(0x77, png.indexOf('IDAT') + 60);
  const webp = await picture.clone().webp({ lossless: true }).toBuffer();
  const tiff = await picture.clone().tiff({ compression: 'lzw' }).toBuffer();
  const broken = [
    png,
    Buffer.concat([webp.subarray(0, 40), Buffer.alloc(webp.length - 40)]),
    Buffer.concat([tiff.subarray(0, 40), Buffer.alloc(500, 0xaa), tiff.subarray(540)]),
    Buffer.from('\xff\xd8\xff\xd8\xff\xe0', 'latin1'),
  ];
  const reasonOf = (bytes: Uint8Array) =>
    decoder.decode(bytes, SPEC).then(
      () => 'none',
      (error: Error) => error.message,
    );
  const alone: string[] = [];
  for (const bytes of broken) alone.push(await reasonOf(bytes));
  expect(new Set(alone).size).toBe(broken.length);
  const good = await picture.clone().jpeg().toBuffer();
  const pictures = Array.from({ length: 25 }, () => [...broken, good]).flat();
  const together = await Promise.all(pictures.map(reasonOf));
  together.forEach((reason, index) => {
    expect(reason).toBe([...alone, 'none'][index % (broken.length + 1)]);
  });
});
