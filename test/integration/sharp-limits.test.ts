import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { acceptedFormat } from '../../functions/core/formats/image-format.ts';
import { pictureLayout } from '../../functions/core/formats/picture-layout.ts';
import { checkLayout, DEFAULT_PIXEL_LIMITS } from '../../functions/core/pixels/pixel-limits.ts';
import { drawn, everyFormat, pngHeader, RED, scene, svg, text } from '../fixtures/pictures.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { allBombs, type Bomb, pngBomb, tiffBomb } from '../torture/bomb-files.ts';
import type { Explosion } from '../torture/bomb-process.ts';

const SPEC = { size: 64, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const everyPicture = Object.entries(await everyFormat());

describe('a picture that announces too many pixels', () => {
  // These files hold no pixels: had any been decoded, the fault would be another.
  it.each([
    ['20,000 x 20,000', pngHeader(20_000, 20_000)],
    ['1,000 x 300,000', pngHeader(1000, 300_000)],
    ['12,000 x 12,000 interlaced', pngHeader(12_000, 12_000, { interlaced: true })],
    ['10,000 x 10,000 interlaced in 16 bits', pngHeader(10_000, 10_000, { interlaced: true, bits: 16 })],
  ])('is rejected by its header: %s', async (_, bytes) => {
    await expectFault(decoder.decode(bytes, SPEC), 'failed', 'too-many-pixels');
  });

  const heldWhole = ['progressive JPEG', 'interlaced PNG', 'lossy WebP', 'GIF', 'AVIF'];
  const miserly = sharpPixelDecoder({ limits: { maximumHeldBytes: 1000 } });

  it.each(everyPicture.filter(([name]) => heldWhole.includes(name)))(
    'is rejected when the whole of it must be held: %s',
    (_, { bytes }) => expectFault(miserly.decode(bytes, SPEC), 'failed', 'too-many-pixels'),
  );
});

describe('a decompression bomb', () => {
  const RANDOM_BOMBS = 20;
  // Those that take long to make are for `test/torture/bombs.ts` alone.
  const quick = allBombs(1, RANDOM_BOMBS).filter(({ name }) => /^(png|tiff \{)/.test(name));

  it('is refused by its header, before a decoder sees it, when it would take more than half a gigabyte', async () => {
    const refused = await Promise.all(
      quick.map(async ({ name, make }) => [name, faultOf(await make())] as const),
    );
    const faults = refused.filter(([, fault]) => fault !== undefined);
    expect(faults.length).toBeGreaterThan(100);
    for (const [name, fault] of faults) {
      expect(fault, name).toMatchObject({ status: 'failed', code: 'too-many-pixels' });
      expect(String(fault), name).toMatch(
        /^ImageFault: Expected (at most|a picture that takes at most) \d+ /,
      );
    }
  });

  it('takes no more memory than its header promises, when it is accepted', async () => {
    const { peakBytes, results } = await explode(
      pngBomb({ width: 40_000, height: 1_600, bits: 16, type: 6 }),
      tiffBomb({ width: 16_384, height: 600, bits: 8, samples: 3, compression: 8, separate: true }),
      pngBomb({ width: 8_000, height: 7_000, bits: 8, type: 6, interlaced: true }),
    );
    expect(results).toEqual(['40000 x 1600', '16384 x 600', '8000 x 7000']);
    expect(peakBytes).toBeLessThan(10 ** 9);
  });

  /** Decodes them all at once in a process of its own. */
  async function explode(...bombs: readonly Bomb[]): Promise<Explosion> {
    const folder = await mkdtemp(join(tmpdir(), 'cliptag-bombs-'));
    try {
      const files = bombs.map((_, index) => join(folder, `${index}`));
      for (const [index, { make }] of bombs.entries()) await writeFile(files[index] ?? '', await make());
      const program = join(inject('programs'), 'bomb-process.js');
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...files]);
      return JSON.parse(stdout) as Explosion;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  function faultOf(bytes: Uint8Array): unknown {
    try {
      const layout = pictureLayout(bytes, acceptedFormat(bytes) as 'png');
      if (layout) checkLayout(layout, DEFAULT_PIXEL_LIMITS);
      return undefined;
    } catch (fault) {
      return fault;
    }
  }
});

describe('extreme sizes', () => {
  it.each([
    { width: 1, height: 1 },
    { width: 3, height: 500 },
    { width: 10_000, height: 20 },
    { width: 20, height: 10_000 },
    { width: 1, height: 60_000 },
    { width: 60_000, height: 70 },
  ])('give the centre square: $width x $height', async ({ width, height }) => {
    // Red in the middle tenth of the long side, or at least its middle pixel; black elsewhere.
    const middle = (at: number, length: number) =>
      Math.abs(at + 0.5 - length / 2) <= Math.max(1, length / 20);
    const png = await drawn(width, height, (x, y) =>
      middle(width > height ? x : y, Math.max(width, height)) ? RED : [0, 0, 0],
    )
      .png()
      .toBuffer();
    const pixels = await decoder.decode(png, SPEC);
    expect(pixels).toMatchObject({ width, height, format: 'png', data: { length: 64 * 64 * 3 } });
    expectColour(colourAt(pixels, 0.5, 0.5), RED, 12);
  });
});

describe('an SVG', () => {
  it.each([
    [
      'a size of a million pixels',
      svg('<rect width="100%" height="100%" fill="#dc1e1e"/>', 'width="1e6" height="1e6"'),
    ],
    ['a size of one pixel', svg('<rect width="100%" height="100%" fill="#dc1e1e"/>', 'width="1" height="1"')],
    ['only a view box', svg('<rect width="9" height="9" fill="#dc1e1e"/>', 'viewBox="0 0 9 9"')],
  ])('is drawn in the size that is needed, with %s', async (_, bytes) => {
    expectColour(colourAt(await decoder.decode(bytes, SPEC), 0.5, 0.5), RED, 0);
  });

  it('is drawn sharply, not enlarged from its nominal size', async () => {
    const bytes = svg('<rect width="2" height="4" fill="black"/>', 'width="4" height="4"');
    const pixels = await decoder.decode(bytes, SPEC);
    expectColour(colourAt(pixels, 31 / 64, 0.5), [0, 0, 0], 2);
    expectColour(colourAt(pixels, 32 / 64, 0.5), [255, 255, 255], 2);
  });

  it('loads no files and no addresses', async () => {
    const file = new URL('../../functions/local/samples/coffee.png', import.meta.url);
    const links = [file.href, file.pathname, 'http://127.0.0.1:9/coffee.png'];
    const blocks = join(await temporaryFolder(), 'blocks.txt');
    await writeFile(blocks, '█'.repeat(9));
    const include = `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${pathToFileURL(blocks)}" parse="text"/>`;
    const images = links.map((link) => `<image width="100" height="100" href="${link}"/>`);
    const others = svg(`${images.join('')}<text y="80" font-size="60">${include}</text>`);
    const types =
      '<!DOCTYPE svg SYSTEM "file:///etc/hostname" [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>';
    const utf16 = Buffer.from(`\ufeff${types}${Buffer.from(others)}`, 'utf16le');
    for (const bytes of [others, utf16, gzipSync(utf16)])
      expectColour(colourAt(await decoder.decode(bytes, SPEC), 0.5, 0.5), [255, 255, 255], 0);
  });

  it.each([
    ['entities that multiply', text(entityBomb())],
    [
      'an entity that is a file',
      text('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]><svg>&x;</svg>'),
    ],
    [
      'an entity of a file, by way of parameter entities',
      text(
        `<!DOCTYPE svg [<!ENTITY % a "<!ENTITY x SYSTEM 'file:///etc/hostname'>"> %a;]><svg><text>&x;</text></svg>`,
      ),
    ],
    ['entities that multiply, packed in UTF-16', gzipSync(Buffer.from(`\ufeff${entityBomb()}`, 'utf16le'))],
    ['elements within elements without end', svg('<g>'.repeat(100_000) + '</g>'.repeat(100_000))],
    ['no area', svg('', 'width="0" height="10"')],
  ])('is rejected with %s', (_, bytes) => expectFault(decoder.decode(bytes, SPEC), 'failed', 'corrupt'));

  it('is rejected when it is too long to be drawn', async () => {
    await expectFault(
      decoder.decode(svg('', 'width="100000" height="10"'), SPEC),
      'failed',
      'too-many-pixels',
    );
  });
});

it('decodes many pictures at once to the same pixels as one by one', async () => {
  const pictures = await Promise.all(
    [300, 500, 700, 900].map((width) => scene(width, 400).jpeg().toBuffer()),
  );
  const alone = [];
  for (const picture of pictures) alone.push(await decoder.decode(picture, SPEC));
  const together = await Promise.all(
    [...pictures, ...pictures].map((picture) => decoder.decode(picture, SPEC)),
  );
  expect(together).toEqual([...alone, ...alone]);
});

/** Ten levels of entities, each ten of the one below: ten thousand million letters from one kilobyte. */
function entityBomb(): string {
  const levels = Array.from(
    { length: 10 },
    (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
  );
  return `<!DOCTYPE svg [<!ENTITY e0 "a">${levels.join('')}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e10;</text></svg>`;
}
