import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { deletePlan } from '../../../../../functions/cli/commands/duplicates/delete-plan.ts';
import type { DuplicateKind } from '../../../../../functions/core/search/image-search.ts';

const date = new Date('2026-11-30T12:00:00.000Z');
const image = (key: string, width = 400) => ({
  bucket: 'photos',
  key,
  status: 'tagged' as const,
  tags: [],
  recordedAt: '2026-01-01T00:00:00.000Z',
  width,
  height: 300,
  sizeBytes: 1_234_567,
  format: 'jpeg',
});
const groupOf = (keys: readonly string[], kind: DuplicateKind = 'photo') => ({
  kind,
  images: keys.map((key) => image(key)),
});

describe('deletePlan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delete-plan-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What each call of `aws` in a plan gets, by a shell that runs it with a stand-in. */
  function callsOf(plan: string): string[][] {
    const aws = join(folder, 'aws');
    writeFileSync(aws, '#!/bin/sh\nfor word do printf "%s\\0" "$word"; done\nprintf "\\n\\0"\n');
    chmodSync(aws, 0o755);
    writeFileSync(join(folder, 'plan.sh'), plan);
    const said = execFileSync('sh', [join(folder, 'plan.sh')], {
      env: { PATH: `${folder}:/usr/bin:/bin` },
      encoding: 'utf8',
      timeout: 20_000,
    });
    return said
      .split('\n\0')
      .slice(0, -1)
      .map((call) => call.split('\0').slice(0, -1));
  }

  it('keeps the best of each group and deletes the others, with what is known of them', () => {
    const plan = deletePlan([groupOf(['a.jpg', 'b.jpg', 'c.jpg']), groupOf(['x.jpg', 'y.jpg'])], { date });
    expect(plan).toContain(
      "# keep s3://photos/a.jpg: 400 × 300, 1.2 MB, jpeg\n# 400 × 300, 1.2 MB, jpeg\naws s3 rm 's3://photos/b.jpg'\n",
    );
    expect(callsOf(plan)).toEqual(
      ['b.jpg', 'c.jpg', 'y.jpg'].map((key) => ['s3', 'rm', `s3://photos/${key}`]),
    );
  });

  it('runs no line with which something would be lost', () => {
    const corrected = {
      corrections: [{ set: 'general', label: 'dog', isThere: true, correctedAt: '2026-01-01T00:00:00.000Z' }],
    };
    const images = [
      { ...image('small.jpg'), ...corrected },
      image('large.jpg', 800),
      { ...image('smaller.jpg', 200), ...corrected },
      image('copy.jpg'),
    ];
    const plan = deletePlan([{ kind: 'photo', images }], { date });
    expect(callsOf(plan)).toEqual([['s3', 'rm', 's3://photos/copy.jpg']]);
    expect(plan).toContain('# keep s3://photos/small.jpg: 400 × 300, 1.2 MB, jpeg, corrected\n');
    expect(plan).toContain("# 800 × 300, 1.2 MB, jpeg\n# aws s3 rm 's3://photos/large.jpg'\n");
    expect(plan).toContain("# aws s3 rm 's3://photos/smaller.jpg'\n");
    expect(plan).toContain('are comments\n# until you take');
    expect(deletePlan([groupOf(['a.jpg', 'b.jpg'])], { date })).not.toContain('are comments');
  });

  it('asks the endpoint that is named', () => {
    const plan = deletePlan([groupOf(['a', 'b'])], {
      date,
      awsFlags: '--endpoint-url http://127.0.0.1:9000',
    });
    expect(callsOf(plan)).toEqual([['s3', 'rm', '--endpoint-url', 'http://127.0.0.1:9000', 's3://photos/b']]);
  });

  it('deletes nothing of a scene until somebody takes the comment away', () => {
    const plan = deletePlan([groupOf(['1.jpg', '2.jpg'], 'scene')], { date });
    expect(callsOf(plan)).toEqual([]);
    expect(callsOf(plan.replace('# aws', 'aws'))).toEqual([['s3', 'rm', 's3://photos/2.jpg']]);
  });

  it('leaves out names that would break out of their line', () => {
    for (const key of ['a\nrm -rf x', 'a\rb', 'a\u2028b', 'a\u0000b']) {
      for (const kind of ['photo', 'scene'] as const) {
        const plan = deletePlan([groupOf([key, key], kind)], { date });
        expect(callsOf(plan)).toEqual([]);
        expect(plan).toContain('# left out, for its name has control characters');
      }
    }
  });

  it('hands every other name to aws as it is', () => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      '$(x)',
      '`',
      '\\',
      '!',
      '*',
      '~',
      ' ',
      '#',
      ';',
      '&',
      '-',
      'ä',
      '🐈',
      'a',
      '$HOME',
    );
    const keys = fc.array(nasty, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 20 }), (names) => {
        const calls = callsOf(deletePlan([groupOf(['best', ...names])], { date }));
        expect(calls).toEqual(names.map((key) => ['s3', 'rm', `s3://photos/${key}`]));
      }),
      { numRuns: 15 },
    );
  });

  it('says that it has deleted nothing when there is nothing to delete', () => {
    expect(deletePlan([], { date })).toContain('Nothing has been deleted');
  });
});
