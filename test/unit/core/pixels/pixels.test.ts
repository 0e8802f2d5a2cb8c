import { describe, expect, it } from 'vitest';
import {
  centreOffset,
  centreSquare,
  centreWindow,
  resizedSize,
  uprightSize,
  uprightSteps,
} from '../../../../functions/core/pixels/pixels.ts';

describe('resizedSize', () => {
  // The sizes are torchvision's: int(size * long / short).
  it.each([
    { from: [640, 427], to: [335, 224] },
    { from: [427, 640], to: [224, 335] },
    { from: [451, 300], to: [336, 224] },
    { from: [512, 512], to: [224, 224] },
    { from: [1, 1], to: [224, 224] },
    { from: [3, 500], to: [224, 37_333] },
  ])('brings the short side of $from to 224 and cuts the long one: $to', ({ from, to }) => {
    const [width = 0, height = 0] = from;
    expect(Object.values(resizedSize({ width, height }, 224))).toEqual(to);
  });
});

describe('centreOffset', () => {
  // Python: [int(round((w - 224) / 2.0)) for w in (224, 225, 226, 227, 229, 231)]
  it.each([
    [224, 0],
    [225, 0],
    [226, 1],
    [227, 2],
    [229, 2],
    [231, 4],
  ])(
    'rounds a half to the even neighbour, as Python does: a crop of 224 from %i starts at %i',
    (length, start) => {
      expect(centreOffset(length, 224)).toBe(start);
    },
  );
});

describe('centreSquare', () => {
  it('takes the middle columns of a wide picture', () => {
    const data = Uint8Array.from({ length: 6 * 2 * 3 }, (_, index) => index);
    expect([...centreSquare({ data, width: 6, height: 2 }, 2)]).toEqual([
      6, 7, 8, 9, 10, 11, 24, 25, 26, 27, 28, 29,
    ]);
  });

  it('takes the middle rows of a tall picture', () => {
    const data = Uint8Array.from({ length: 5 * 3 }, (_, index) => index);
    expect([...centreSquare({ data, width: 1, height: 5 }, 1)]).toEqual([6, 7, 8]);
  });
});

describe('centreWindow', () => {
  it('keeps the whole of a picture up to eight times as long as it is wide', () => {
    expect(centreWindow({ width: 800, height: 100 })).toEqual({ left: 0, top: 0, width: 800, height: 100 });
  });

  it.each([
    { size: { width: 10_000, height: 20 }, window: { left: 4920, top: 0, width: 160, height: 20 } },
    { size: { width: 20, height: 10_001 }, window: { left: 0, top: 4920, width: 20, height: 161 } },
  ])('keeps the centre of $size with equal margins', ({ size, window }) => {
    expect(centreWindow(size)).toEqual(window);
  });
});

describe('uprightSteps', () => {
  it.each([undefined, 0, 1, 9])('takes orientation %s as upright', (orientation) => {
    expect(uprightSteps(orientation)).toEqual({ flip: false, flop: false, turnDegrees: 0 });
  });

  it.each([5, 6, 7, 8])('exchanges width and height for orientation %i', (orientation) => {
    const stored = { width: 30, height: 20 };
    expect(uprightSize(stored, uprightSteps(orientation))).toEqual({ width: 20, height: 30 });
  });

  it.each([1, 2, 3, 4])('keeps width and height for orientation %i', (orientation) => {
    const stored = { width: 30, height: 20 };
    expect(uprightSize(stored, uprightSteps(orientation))).toEqual(stored);
  });
});
