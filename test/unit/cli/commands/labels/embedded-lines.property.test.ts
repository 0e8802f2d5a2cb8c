import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { embeddedLines } from '../../../../../functions/cli/commands/labels/embedded-lines.ts';
import { InvalidInput } from '../../../../../functions/core/errors.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const FORM = { modelDigest: 'model', size: 3 };

const number = fc.oneof(fc.double(), fc.integer(), fc.constant(null), fc.constant('1'));
const good = fc.constant({ path: 'a.jpg', modelDigest: 'model', embedding: [1, 2, 3] });
const value = fc.record(
  {
    path: fc.oneof(fc.string(), fc.integer()),
    text: fc.string(),
    bucket: fc.string(),
    key: fc.string(),
    status: fc.constantFrom('tagged', 'failed', 'x'),
    modelDigest: fc.constantFrom('model', 'other', 3),
    embedding: fc.oneof(fc.array(number, { maxLength: 4 }), fc.constant([0, 0, 0]), fc.constant([1, 2, 3])),
    corrections: fc.oneof(fc.constant([]), fc.array(fc.record({ set: fc.string() }), { maxLength: 2 })),
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  { weight: 4, arbitrary: value.map((one) => JSON.stringify(one)) },
  {
    weight: 4,
    arbitrary: fc.tuple(good, value).map(([one, other]) => JSON.stringify({ ...other, ...one })),
  },
  { weight: 4, arbitrary: good.map((one) => JSON.stringify(one)) },
  fc.json({ maxDepth: 2 }),
  fc.string({ unit: 'binary' }),
);

it('whatever lines a file has, they are images of unit embeddings, or their faults are told', async () => {
  const path = join(await temporaryFolder(), 'lines.jsonl');
  let images = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 3 }), async (lines) => {
      await writeFile(path, lines.join('\n'));
      try {
        for await (const block of embeddedLines(path, FORM)) {
          for (const { embedding, key } of block) {
            expect(typeof key).toBe('string');
            if (!embedding) continue;
            images += 1;
            expect(embedding.values).toHaveLength(3);
            expect(Math.hypot(...embedding.values)).toBeCloseTo(1, 5);
          }
        }
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        expect(error.faults.length).toBeGreaterThan(0);
        for (const fault of error.faults) expect(fault).toMatch(/^line \d+: Expected /);
      }
    }),
    {
      numRuns: 500,
      examples: [
        [['{"key":"","modelDigest":"model","embedding":[1.3e154,0,0]}']],
        [['{"key":"","modelDigest":"model","embedding":[0,0,0]}']],
      ],
    },
  );
  expect(images).toBeGreaterThan(3);
});
