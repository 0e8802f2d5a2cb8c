import { describe, expect, it } from 'vitest';
import {
  bytesText,
  countText,
  dateOf,
  dayTitle,
  fileNameOf,
  folderOf,
  monthTitle,
  placeText,
  timeText,
} from '../../../functions/page/model/texts.ts';

describe('texts of the page', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [2_345_678, '2.3 MB'],
    [123_456_789, '123 MB'],
    [5e12, '5000 GB'],
  ])('say %d bytes as %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it('count', () => {
    expect(countText(1, 'picture')).toBe('1 picture');
    expect(countText(1204, 'picture')).toBe('1,204 pictures');
  });

  it("take the day of the camera's clock, wherever the reader is", () => {
    expect(dateOf({ takenAt: '2024-12-31T23:59:00-11:00', recordedAt: '2025-02-01T00:00:00Z' })).toBe(
      '2024-12-31',
    );
  });

  it('take the day of recording, here, where the camera tells none', () => {
    const recordedAt = new Date(2025, 1, 3, 23, 30).toISOString();
    expect(dateOf({ recordedAt })).toBe('2025-02-03');
    expect(dateOf({ takenAt: 'yesterday', recordedAt: 'today' })).toBe('');
  });

  it('name days, months and places', () => {
    expect(dayTitle('2024-10-02')).toBe('2 October 2024');
    expect(monthTitle('2024-10')).toBe('October 2024');
    expect(dayTitle('')).toBe('No date');
    expect(dayTitle('2024-99-99')).toBe('No date');
    expect(timeText('2024-10-02T14:05:09+02:00')).toBe('2 October 2024, 14:05');
    expect(placeText(-33.85678, 151.21534)).toBe('33.85678° S, 151.21534° E');
  });

  it('call a picture by the end of its key', () => {
    expect(fileNameOf('2024/a/b.jpg')).toBe('b.jpg');
    expect(fileNameOf('folder/')).toBe('folder/');
    expect(['2024/a/b.jpg', 'b.jpg', 'folder/'].map(folderOf)).toEqual(['2024/a/', '', '']);
  });
});
