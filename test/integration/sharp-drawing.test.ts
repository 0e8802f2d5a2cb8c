import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  endingFault,
  type Problem,
  type ProcessLimits,
  problemFault,
} from '../../functions/adapters/sandbox/process-faults.ts';
import { renderDrawing } from '../../functions/adapters/sharp/drawing.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { drawn, endlessSvg, RED, scene, svg } from '../fixtures/pictures.ts';
import { expectFault } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 224, resize: 'bicubic' } as const;
const LIMITS: ProcessLimits = { cpuSeconds: 5, memoryBytes: 2 ** 29, timeoutSeconds: 20 };
const hasty = sharpPixelDecoder({ drawingCpuSeconds: 0.5 });

describe('a drawing without end', () => {
  it('is rejected for good when its processor time is used up', () =>
    expectFault(hasty.decode(endlessSvg(), SPEC), 'failed', 'too-slow'));

  it('keeps neither its neighbours nor files from being read, in any number', async () => {
    const photo = await scene(300, 200).jpeg().toBuffer();
    // One more than libuv has threads.
    let endless = 5;
    const rejected = Promise.allSettled(
      Array.from({ length: endless }, () =>
        hasty.decode(endlessSvg(), SPEC).finally(() => {
          endless -= 1;
        }),
      ),
    );
    await expect(hasty.decode(photo, SPEC)).resolves.toMatchObject({ width: 300 });
    await readFile(new URL(import.meta.url));
    expect(endless).toBeGreaterThan(0);
    for (const outcome of await rejected) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'too-slow', retryable: false } });
    }
    await expect(hasty.decode(svg(''), SPEC)).resolves.toMatchObject({ format: 'svg' });
  });

  it('is a fault to retry when the process did not get the processor in time', async () => {
    const timed = renderDrawing(endlessSvg(), ({ width, height }) => ({ width, height }), {
      ...LIMITS,
      timeoutSeconds: 0.5,
    });
    await expect(timed).rejects.toMatchObject({ code: 'decode-timeout', retryable: true });
  });
});

it('rejects a drawing that takes too much memory', async () => {
  // 400 MB of pixels in a few hundred kilobytes; no limit on the drawing's own size sees them.
  const blank = { width: 10_000, height: 10_000, channels: 3, background: '#ffffff' } as const;
  const png = await sharp({ create: blank }).png().toBuffer();
  const embedded = svg(
    `<image width="100" height="100" href="data:image/png;base64,${png.toString('base64')}"/>`,
  );
  const size = () => ({ width: 64, height: 64 });
  await expect(renderDrawing(embedded, size, { ...LIMITS, memoryBytes: 2 ** 28 })).rejects.toMatchObject({
    status: 'failed',
    code: 'too-many-pixels',
  });
});

it('ends the drawing with what refuses its size', async () => {
  const refusal = new Error('no such size');
  const refused = renderDrawing(
    svg(''),
    () => {
      throw refusal;
    },
    LIMITS,
  );
  await expect(refused).rejects.toBe(refusal);
});

const drawsHere = () =>
  sharp(svg(''))
    .metadata()
    .then(
      () => true,
      () => false,
    );

it('draws the pixels that libvips draws in this process', async () => {
  const gradient =
    '<linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-opacity="0.3"/></linearGradient>';
  const blur = '<filter id="b"><feGaussianBlur stdDeviation="3"/></filter>';
  const drawing = svg(
    `${gradient}${blur}<rect width="70" height="60" fill="url(#g)"/><circle cx="60" cy="50" r="30" filter="url(#b)"/>`,
    'width="100.5" height="100.5"',
  );
  const { data } = await sharpPixelDecoder().decode(drawing, SPEC);
  const operation = ['VipsForeignLoadSvg'];
  // Only what was blocked before is blocked again: the next test would notice nothing otherwise.
  const isBlocked = await drawsHere().then((draws) => !draws);
  sharp.unblock({ operation });
  const expected = await sharp(drawing)
    .resize(224, 224, { fit: 'fill', kernel: 'cubic' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
    .finally(() => isBlocked && sharp.block({ operation }));
  expect(Buffer.from(data).equals(expected)).toBe(true);
});

it('never draws in this process', async () => {
  await expect(
    drawn(1, 1, () => RED)
      .png()
      .toBuffer(),
  ).resolves.toBeDefined();
  expect(await drawsHere()).toBe(false);
});

describe('a decoding process that ended without an answer', () => {
  it('is a fault of the image when it crashed', () => {
    expect(endingFault({ code: null, signal: 'SIGSEGV' }, '')).not.toHaveProperty('retryable');
  });

  it.each([
    { what: 'the system killed it', ending: { code: null, signal: 'SIGKILL' as const } },
    { what: 'it could not run', ending: { code: 1, signal: null } },
  ])('is to be retried when $what', ({ ending }) => {
    expect(endingFault(ending, 'Cannot find package')).toMatchObject({
      code: 'decoding-process-failed',
      retryable: true,
    });
  });
});

describe('a decoding process that gives up', () => {
  const faultOf = (problem: Problem['problem']) =>
    problemFault('HEIC image', { problem, reason: 'in its words' }, LIMITS);

  it.each([
    ['too-slow', 'failed', 'too-slow'],
    ['too-much-memory', 'failed', 'too-many-pixels'],
    ['truncated', 'failed', 'truncated'],
    ['unsupported', 'unsupported', 'unsupported-format'],
  ] as const)('is a fault of the image when this is %s', (problem, status, code) =>
    expect(faultOf(problem)).toMatchObject({ status, code, retryable: false }),
  );

  it('is to be retried when its decoder is not there, which is no fault of the image', () =>
    expect(faultOf('no-decoder')).toMatchObject({
      code: 'decoding-process-failed',
      retryable: true,
      message: expect.stringContaining('in its words'),
    }));

  it('is in its own words when the image cannot be read', () =>
    expect(faultOf('unreadable')).toMatchObject({ message: 'in its words' }));
});
