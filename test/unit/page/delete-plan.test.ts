import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { deletePlan } from '../../../functions/page/duplicates/delete-plan.ts';

const image = (key: string) => ({ bucket: 'photos', key });
const plan = (groups: readonly string[][], doomed: readonly string[]) =>
  deletePlan(
    groups.map((keys) => keys.map(image)),
    new Set(doomed.map((key) => `photos/${key}`)),
    new Date(0),
  );

describe('a plan of what may go', () => {
  it('has a line for each such picture, and what is kept as a comment', () => {
    const lines = plan(
      [
        ['best.jpg', 'small.jpg'],
        ['a.jpg', 'b.jpg'],
      ],
      ['small.jpg'],
    ).split('\n\n');
    expect(lines.slice(1)).toEqual(["# keep s3://photos/best.jpg\naws s3 rm 's3://photos/small.jpg'\n"]);
  });

  it('goes to the pipeline that it is of, and to no bucket of the same name elsewhere', () => {
    const groups = [[image('best.jpg'), image('small.jpg')]];
    const text = deletePlan(groups, new Set(['photos/small.jpg']), new Date(0), "http://127.0.0.1:9100/it's");
    const said = execFileSync('sh', ['-s'], {
      input: `aws() { echo "$AWS_ENDPOINT_URL $*"; }\n${text}`,
      encoding: 'utf8',
    });
    expect(said).toBe("http://127.0.0.1:9100/it's s3 rm s3://photos/small.jpg\n");
    expect(plan([['best.jpg', 'small.jpg']], ['small.jpg'])).not.toContain('AWS_ENDPOINT_URL');
  });

  it("runs nothing that a picture's name says", () => {
    const keys = ['it\'s $(touch x) `y` "z".jpg', 'a\nrm -rf x.jpg', 'b\u2028c.jpg', '-r'];
    const text = plan([['best\nrm y.jpg', ...keys]], keys);
    const said = execFileSync('sh', ['-s'], {
      input: `aws() { printf '%s\\n' "$3"; }\n${text}`,
      encoding: 'utf8',
    });
    expect(said).toBe(`s3://photos/${keys[0]}\ns3://photos/-r\n`);
    for (const name of ['a\\u000arm -rf x.jpg', 'b\\u2028c.jpg']) {
      expect(text).toContain(`# left out, for its name has control characters: s3://photos/${name}\n`);
    }
  });
});
