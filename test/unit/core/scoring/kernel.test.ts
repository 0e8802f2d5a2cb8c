import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import openWabt from 'wabt';

const CORE = join(import.meta.dirname, '../../../../functions/core');

/** `npm run build:kernel` runs this test with `--update`, which writes the files instead of comparing them. */
it.each([
  ['scoring', 'kernel', 'KERNEL_BASE64'],
  ['scoring', 'int8-kernel', 'INT8_KERNEL_BASE64'],
  ['pixels', 'resampling', 'RESAMPLING_BASE64'],
  ['checksums', 'crc', 'CRC_BASE64'],
])('is assembled from %s/%s.wat to the committed bytes', async (room, name, constant) => {
  const { parseWat } = await openWabt();
  const source = await readFile(join(CORE, room, `${name}.wat`), 'utf8');
  const { buffer } = parseWat(`${name}.wat`, source, { simd: true }).toBinary({});
  const file = [
    `/** The bytes of ${name}.wat. Made by \`npm run build:kernel\`, never by hand. */`,
    `export const ${constant} =\n  '${Buffer.from(buffer).toString('base64')}';\n`,
  ].join('\n');
  await expect(file).toMatchFileSnapshot(join(CORE, room, `${name}-bytes.ts`));
});
