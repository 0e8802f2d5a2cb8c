import { describe, expect, it } from 'vitest';
import {
  daysSince,
  outdatedText,
  pinnedOn,
  withoutPinDay,
  withPinDay,
} from '../../../functions/core/base-image-age.ts';

const DOCKERFILE = '# A base.\n# Pinned on 2026-11-30.\nARG BASE=a/b:1\n';
const at = (day: string) => new Date(`${day}T12:00:00Z`);

describe('the day on which a base image was pinned', () => {
  it('stands in the Dockerfile, can be written anew, and is no part of what is built', () => {
    expect(pinnedOn(DOCKERFILE)).toBe('2026-11-30');
    expect(pinnedOn(withPinDay(DOCKERFILE, at('2027-02-03')))).toBe('2027-02-03');
    expect(withoutPinDay(DOCKERFILE)).toBe('# A base.\nARG BASE=a/b:1\n');
    expect(withoutPinDay(withPinDay(DOCKERFILE, at('2027-02-03')))).toBe(withoutPinDay(DOCKERFILE));
  });

  it.each(['FROM scratch\n', '# Pinned on 2026-13-30.\n', '# Pinned on a Monday.\n'])(
    'is not known of %j',
    (dockerfile) => expect(pinnedOn(dockerfile)).toBeUndefined(),
  );

  it('is fresh for thirty days, and outdated from then on', () => {
    expect(outdatedText('2026-11-30', at('2026-12-30'))).toBeUndefined();
    expect(outdatedText('2026-11-30', at('2026-12-31'))).toMatch(/pinned on 2026-11-30, 31 days ago/);
    expect(outdatedText('2026-11-30', at('2026-12-31'), 31)).toBeUndefined();
  });

  it('is never in the future, whatever the clock says', () => {
    expect(daysSince('2026-11-30', at('2026-11-01'))).toBe(0);
  });
});
