import { describe, expect, it } from 'vitest';
import { baseImageState, stateText } from '../../functions/cli/commands/outdated/base-image-state.ts';
import { runCli } from './support/cli-process.ts';

const now = new Date('2027-01-31T12:00:00Z');
const stackOf = (outputs: Record<string, string>) => ({ name: 'Cliptag', region: undefined, outputs });

describe('cliptag outdated', () => {
  it('says when the base image that is deployed on was pinned, by its exit code too', async () => {
    const { code, stdout } = await runCli(['outdated', '--json', '--days', '3650']);
    expect(code).toBe(0);
    const day = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/);
    const state = { pinnedOn: day, days: expect.any(Number), freshDays: 3650, outdated: false };
    expect(JSON.parse(stdout)).toEqual(state);
  });

  it('judges a stack by what it was deployed on', async () => {
    const old = await baseImageState(stackOf({ BaseImagePinnedOn: '2026-11-30' }), 30, now);
    expect(old).toEqual({ pinnedOn: '2026-11-30', days: 62, freshDays: 30, outdated: true });
    expect(stateText(old)).toMatch(/62 days ago: pin a newer one/);
    const young = await baseImageState(stackOf({ BaseImagePinnedOn: '2027-01-30' }), 30, now);
    expect(stateText(young)).toMatch(/1 days ago: fresh/);
  });

  it('judges nothing where no base image was pinned', async () => {
    const none = await baseImageState(stackOf({}), 30, now);
    expect(none).toEqual({ pinnedOn: null, days: null, freshDays: 30, outdated: false });
    expect(stateText(none)).toContain('no pinned base image');
  });

  it.each([
    [['--days', '0'], '--days'],
    [['--region', 'eu-west-1'], '--region goes with --stack'],
    [['now'], 'now'],
  ])('rejects %j', async (args, message) => {
    const { code, stderr } = await runCli(['outdated', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
