import { describe, expect, it } from 'vitest';
import { imageTime } from '../../../../functions/core/search/image-time.ts';

describe('imageTime', () => {
  const recordedAt = '2026-11-30T10:00:00.000Z';
  const eventTime = '2026-11-01T00:00:00.000Z';

  it.each([
    [{ takenAt: '2025-06-01T23:30:00' }, '2025-06-01T23:30:00Z'],
    [{ takenAt: '2025-06-01T23:30:00.25-07:00' }, '2025-06-01T23:30:00.250Z'],
    [{ takenAt: '2025-06-01T23:30:00+0200' }, '2025-06-01T23:30:00Z'],
    [{ takenAt: '2025-06-01T23:30:00Z' }, '2025-06-01T23:30:00Z'],
    [{ takenAt: 'yesterday' }, eventTime],
    [{}, eventTime],
    [{ eventTime: undefined }, recordedAt],
    [{ eventTime: 'x' }, recordedAt],
    [{ eventTime: 'x', recordedAt: 'x' }, '1970-01-01T00:00:00Z'],
  ])('is, of %j, %s', (times, expected) => {
    expect(imageTime({ recordedAt, eventTime, ...times } as Parameters<typeof imageTime>[0])).toBe(
      Date.parse(expected),
    );
  });
});
