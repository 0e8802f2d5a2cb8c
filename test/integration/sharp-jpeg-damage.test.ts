import { beforeAll, describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { jpegCondition } from '../../functions/core/formats/jpeg/jpeg-condition.ts';
import { noisyScene, scene } from '../fixtures/pictures.ts';
import { expectFault, meanDifference } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();

/** 64 x 48, grey, with a restart marker behind each of its six rows (made with Pillow of the sample chelsea.png). */
const WITH_RESTARTS = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9' +
    'lnN+gXz/wAALCAAwAEABAREA/8QAGQAAAwEBAQAAAAAAAAAAAAAAAgMEBQEA/8QAKhAAAgIBAgYBAgcAAAAAAAAAAQIDEQAEIRITIjFBUWEFQhUj' +
    'MnGBkcH/3QAEAAj/2gAIAQEAAD8AUF4yCQLwJFctf2ja8BQyzVVftjNTYVa2s4U4MfIm3BvhI93iUUxMTZIXiv8AgYUMQSKIsx6wSbysCukbbWPn' +
    'P//Q5FxEW0dD43xDa/jLJDAzKpoljQvEfiSCQLNEQR5G9ZVIomaFkIZO+2UzKsqqvYKQcXFpwzOzbFrGemj4NNH7Q1jGXZT5Hxn/0e6aUDoc98kj' +
    'Bh5sddSuTXsHcHMnTrJNqW5gJonNL6W5XVzQX091/wBzQktXv4xkZ/LDecj1urXTxbjjdt1W8THrtSxjfpKMaqs//9KdkBJI97/Gd/Xwl24ZBsrg' +
    'ePR94uTTayjylgAP3r3yXRK2n+orxkH7du2bc1H+sWGKx0PeZn1OA6mZgjjiUjz22yjRIrSRwoQwi6nYdr8DP//TjVXBJZiCfQww4JrvW+NS2B4T' +
    'WR6iOnBBog9/WWQShgOq8r4A0LHz4zNjSGTmHURh2DbHHs4VBHEojT0orP/UJFvxeeaFe5FYDAAk98Q6JIhZSGBGTQMUlK3mrG45Di6NZBEW6r8n' +
    'KIIusGTt4z//2Q==',
  'base64',
);

const picture = scene(160, 120);
const JPEGS: Record<string, Buffer> = {
  'a JPEG': await picture.clone().jpeg({ quality: 90 }).toBuffer(),
  'one without subsampling': await picture
    .clone()
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer(),
  'a grey one': await picture.clone().toColourspace('b-w').jpeg({ quality: 95 }).toBuffer(),
  'one of four colours': await picture.clone().toColourspace('cmyk').jpeg({ quality: 80 }).toBuffer(),
  'a progressive one': await picture.clone().jpeg({ quality: 90, progressive: true }).toBuffer(),
  'one with many scans': await picture.clone().jpeg({ quality: 90, mozjpeg: true }).toBuffer(),
};
const jpegs = Object.entries(JPEGS);
const everyJpeg = [...jpegs, ['one with restart markers', WITH_RESTARTS] as const];

/** Where the first scan's data start, and where they and those of later scans end. */
function dataOf(jpeg: Buffer): readonly [start: number, end: number] {
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return [scan + 2 + jpeg.readUInt16BE(scan + 2), jpeg.length - 2];
}

function replaced(jpeg: Buffer, part: number, length: number, by: Buffer): Buffer {
  const [start, end] = dataOf(jpeg);
  const at = Math.floor(start + (end - start - length) * part);
  return Buffer.concat([jpeg.subarray(0, at), by, jpeg.subarray(at + length)]);
}

const stateOf = async (bytes: Uint8Array) => (await jpegCondition(bytes)).state;

describe.each(everyJpeg)('%s', (_, jpeg) => {
  it('is whole', async () => {
    expect(await stateOf(jpeg)).toBe('whole');
    await expect(decoder.decode(jpeg, SPEC)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('is whole with bytes between its data and its end, and behind that', async () => {
    const [, end] = dataOf(jpeg);
    for (const inserted of [Buffer.from([1, 2, 3]), Buffer.alloc(5000), Buffer.alloc(300, 0xff)]) {
      expect(await stateOf(Buffer.concat([jpeg.subarray(0, end), inserted, jpeg.subarray(end)]))).toBe(
        'whole',
      );
    }
    expect(await stateOf(Buffer.concat([jpeg, Buffer.from('anything'.repeat(99))]))).toBe('whole');
  });

  it('gives the same picture without its end marker, or with half of it', async () => {
    const { data } = await decoder.decode(jpeg, SPEC);
    for (const cut of [jpeg.subarray(0, -2), jpeg.subarray(0, -1)]) {
      expect(await stateOf(cut)).toBe('endless');
      expect(meanDifference((await decoder.decode(cut, SPEC)).data, data)).toBe(0);
    }
  });

  it.each([0.02, 0.3, 0.6, 0.9, 0.98])(
    'is truncated at %d of its data, and fails where an end follows',
    async (part) => {
      const [start, end] = dataOf(jpeg);
      const cut = jpeg.subarray(0, Math.floor(start + (end - start) * part));
      await expectFault(decoder.decode(cut, SPEC), 'failed', 'truncated');
      const ended = decoder.decode(Buffer.concat([cut, jpeg.subarray(-2)]), SPEC);
      await expect(ended).rejects.toMatchObject({ name: 'ImageFault', status: 'failed' });
      if (part > 0.9) return;
      const filled = Buffer.concat([cut, Buffer.alloc(end - cut.length), jpeg.subarray(-2)]);
      await expectFault(decoder.decode(filled, SPEC), 'failed', 'corrupt');
    },
  );
});

describe.each(jpegs)('%s with a lost part', (_, jpeg) => {
  const LENGTH = 512;
  const other = everyJpeg.find(([, candidate]) => candidate !== jpeg)?.[1] ?? jpeg;

  it.each([0.1, 0.35, 0.6, 0.9])('is corrupt, at %d of its data', async (part) => {
    const [start] = dataOf(other);
    const fillings = [
      Buffer.alloc(LENGTH),
      Buffer.alloc(LENGTH, 0xff),
      Buffer.alloc(LENGTH, 0xf6),
      Buffer.alloc(0),
      other.subarray(start, start + LENGTH),
      Buffer.from('Lorem ipsum dolor sit amet, '.repeat(40)).subarray(0, LENGTH),
    ];
    const states = await Promise.all(
      fillings.map((filling) => stateOf(replaced(jpeg, part, LENGTH, filling))),
    );
    expect(states).toEqual(fillings.map(() => 'corrupt'));
  });
});

describe('a JPEG with restart markers', () => {
  const isRestart = (at: number) =>
    WITH_RESTARTS[at] === 0xff && ((WITH_RESTARTS[at + 1] ?? 0) & 0xf8) === 0xd0;
  const restarts = [...WITH_RESTARTS.keys()].filter(isRestart);
  const [first = 0, second = 0, third = 0] = restarts;
  const without = (start: number, end: number) =>
    Buffer.concat([WITH_RESTARTS.subarray(0, start), WITH_RESTARTS.subarray(end)]);

  it.each<[string, Buffer]>([
    ['a marker', without(first, first + 2)],
    ['a row', without(first, second)],
    ['a row but for its marker', without(first + 2, second)],
    ['two rows', without(first, third)],
    [
      'the number of a marker',
      Buffer.from(WITH_RESTARTS.map((byte, at) => (at === second + 1 ? 0xd5 : byte))),
    ],
  ])('is corrupt without %s', async (_, bytes) => {
    expect(await stateOf(bytes)).toBe('corrupt');
  });

  it('is corrupt with a row too many', async () => {
    const doubled = Buffer.concat([WITH_RESTARTS.subarray(0, third), WITH_RESTARTS.subarray(first)]);
    expect(await stateOf(doubled)).toBe('corrupt');
  });
});

describe('a progressive JPEG', () => {
  const jpeg = JPEGS['a progressive one'] ?? Buffer.alloc(0);
  const scans = [...jpeg.keys()].filter((at) => jpeg[at] === 0xff && jpeg[at + 1] === 0xda);

  it('is truncated where its last scans are missing', async () => {
    expect(scans.length).toBeGreaterThan(3);
    for (const scan of scans) expect(await stateOf(jpeg.subarray(0, scan))).toBe('truncated');
  });

  it('is a coarser picture where it ends by itself before them', async () => {
    expect(await stateOf(Buffer.concat([jpeg.subarray(0, scans[2]), jpeg.subarray(-2)]))).toBe('whole');
  });
});

describe.each([
  ['a large JPEG', {}],
  ['a large progressive one', { progressive: true }],
] as const)('%s', (_, options) => {
  const SECTOR = 512;
  let jpeg: Buffer;
  let cutWithEnd: Buffer;

  beforeAll(async () => {
    jpeg = await noisyScene(900, 700)
      .jpeg({ quality: 95, ...options })
      .toBuffer();
    cutWithEnd = Buffer.concat([jpeg.subarray(0, jpeg.length / 2), jpeg.subarray(-2)]);
    expect(jpeg.length).toBeGreaterThan(200_000);
  });

  const replacedBy = (filling: Buffer, part: number) => {
    const at = Math.floor((jpeg.length * part) / SECTOR) * SECTOR;
    return Buffer.concat([jpeg.subarray(0, at), filling, jpeg.subarray(at + SECTOR)]);
  };

  it.each([0.1, 0.5, 0.9])('is corrupt with a lost sector, at %d of its length', async (part) => {
    for (const filling of [Buffer.alloc(SECTOR), Buffer.alloc(SECTOR, 0xff)])
      await expectFault(decoder.decode(replacedBy(filling, part), SPEC), 'failed', 'corrupt');
  });

  it('is corrupt without a sector', async () => {
    await expectFault(decoder.decode(replacedBy(Buffer.alloc(0), 0.5), SPEC), 'failed', 'corrupt');
  });

  it('is corrupt where an end follows the half of it, or all but its last block', async () => {
    await expectFault(decoder.decode(cutWithEnd, SPEC), 'failed', 'corrupt');
    const lastLost = Buffer.concat([jpeg.subarray(0, -40), jpeg.subarray(-2)]);
    await expectFault(decoder.decode(lastLost, SPEC), 'failed', 'corrupt');
  });

  it('is corrupt at each decoding, and beside whole ones', async () => {
    const decodings = Array.from({ length: 12 }, (_, index) =>
      decoder.decode(index % 3 === 0 ? cutWithEnd : jpeg, SPEC),
    );
    const outcomes = await Promise.allSettled(decodings);
    expect(outcomes.map(({ status }) => status)).toEqual(
      outcomes.map((_, index) => (index % 3 === 0 ? 'rejected' : 'fulfilled')),
    );
  });

  it('has no thumbnail either when a part is lost', async () => {
    await expect(thumbnail(cutWithEnd, 64)).rejects.toMatchObject({ status: 'failed', code: 'corrupt' });
  });

  it('is as it was with what its decoder only warns of', async () => {
    const strayed = Buffer.concat([jpeg.subarray(0, -2), Buffer.from([1, 2, 3]), jpeg.subarray(-2)]);
    const { data } = await decoder.decode(strayed, SPEC);
    expect(meanDifference(data, (await decoder.decode(jpeg, SPEC)).data)).toBe(0);
  });
});

it('rejects a JPEG that starts twice as corrupt', async () => {
  const [, jpeg] = jpegs[0] ?? [];
  const doubled = Buffer.concat([Buffer.from([0xff, 0xd8]), jpeg ?? Buffer.alloc(0)]);
  await expectFault(decoder.decode(doubled, SPEC), 'failed', 'corrupt');
});

it('looks into whatever bytes there are without an error, and not for long', async () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  for (const [, jpeg] of everyJpeg) {
    for (let round = 0; round < 150; round++) {
      const damaged = Buffer.from(jpeg);
      for (let change = random() % 8; change >= 0; change--) {
        damaged[random() % (random() % 2 === 0 ? 700 : damaged.length)] = random() % 256;
      }
      const cut = random() % 4 === 0 ? damaged.subarray(0, random() % damaged.length) : damaged;
      expect(['whole', 'endless', 'truncated', 'corrupt', 'unknown']).toContain(await stateOf(cut));
    }
  }
});

it('gives up on more scans than pictures have', async () => {
  const jpeg = JPEGS['a progressive one'] ?? Buffer.alloc(0);
  const second = jpeg.indexOf(Buffer.from([0xff, 0xda]), jpeg.indexOf(Buffer.from([0xff, 0xda])) + 2);
  const third = jpeg.indexOf(Buffer.from([0xff, 0xda]), second + 2);
  const scan = jpeg.subarray(second, third);
  const many = [jpeg.subarray(0, second), ...Array.from({ length: 101 }, () => scan), jpeg.subarray(-2)];
  expect(await stateOf(Buffer.concat(many))).toBe('unknown');
});
