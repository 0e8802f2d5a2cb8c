import { describe, expect, it } from 'vitest';
import { resizeBicubic } from '../../../../functions/core/pixels/bicubic.ts';

const grey = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
const firstChannel = (data: Uint8Array) => [...data].filter((_, index) => index % 3 === 0);

// test/integration/sharp-reference.test.ts shows on photographs that it is Pillow's resize to the bit.
describe('resizeBicubic', () => {
  it('leaves a picture of the wanted size as it is', () => {
    const picture = { data: grey(0, 90, 180, 255), width: 2, height: 2 };
    expect(resizeBicubic(picture, { width: 2, height: 2 })).toEqual(picture);
  });

  it('keeps an even colour even up to the edges', () => {
    const { data } = resizeBicubic({ data: grey(77, 77), width: 2, height: 1 }, { width: 9, height: 5 });
    expect(new Set(data)).toEqual(new Set([77]));
  });

  it('makes every channel of one pixel fill the picture', () => {
    const { data } = resizeBicubic(
      { data: Uint8Array.of(1, 2, 3), width: 1, height: 1 },
      { width: 2, height: 2 },
    );
    expect([...data]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it('overshoots at an edge and cuts what no byte can hold', () => {
    const { data } = resizeBicubic(
      { data: grey(0, 0, 255, 255), width: 4, height: 1 },
      { width: 16, height: 1 },
    );
    const row = firstChannel(data);
    expect(row).toEqual(row.map((_, index) => 255 - (row[15 - index] ?? 0)));
    expect([Math.min(...row), Math.max(...row)]).toEqual([0, 255]);
  });
});
