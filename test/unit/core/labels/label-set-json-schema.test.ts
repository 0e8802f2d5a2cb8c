import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { labelSetJsonSchema } from '../../../../functions/core/labels/label-set-json-schema.ts';

const node = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** The fields of a schema and of all that is in it that say nothing of themselves. */
function silentFields(schema: unknown, path = ''): string[] {
  const { properties = {}, items, anyOf = [] } = node.parse(schema);
  return [
    ...Object.entries(properties).flatMap(([name, field]) => [
      ...(node.parse(field).description ? [] : [`${path}${name}`]),
      ...silentFields(field, `${path}${name}.`),
    ]),
    ...(items === undefined ? [] : silentFields(items, path)),
    ...anyOf.flatMap((choice) => silentFields(choice, path)),
  ];
}

it('is what docs/label-set.schema.json has', async () => {
  const schema = labelSetJsonSchema();
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    '../../../../docs/label-set.schema.json',
  );
});

it('says something of every field', () => {
  expect(silentFields(labelSetJsonSchema())).toEqual([]);
  expect(silentFields({ properties: { a: { items: { properties: { b: {} } } } } })).toEqual(['a', 'a.b']);
});

it('is shipped with the package', async () => {
  const { files } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(files).toContain('docs');
});
