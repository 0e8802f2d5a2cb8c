import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import openWabt from 'wabt';

const SCORING = join(import.meta.dirname, '../../../../functions/core/scoring');

/** `npm run build:kernel` runs this test with `--update`, which writes the file instead of comparing it. */
it('is assembled from kernel.wat to the committed bytes', async () => {
  const { parseWat } = await openWabt();
  const source = await readFile(join(SCORING, 'kernel.wat'), 'utf8');
  const { buffer } = parseWat('kernel.wat', source, { simd: true }).toBinary({});
  const file = [
    '/** The bytes of kernel.wat. Made by `npm run build:kernel`, never by hand. */',
    `export const KERNEL_BASE64 =\n  '${Buffer.from(buffer).toString('base64')}';\n`,
  ].join('\n');
  await expect(file).toMatchFileSnapshot(join(SCORING, 'kernel-bytes.ts'));
});
