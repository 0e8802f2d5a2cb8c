import { z } from 'zod';
import { LABEL_TEXT, labelSetSchema } from './label-set-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of label set files, for editors: `docs/label-set.schema.json`. What needs more than a schema, such as
 * names that stand there twice, `cliptag labels check` finds.
 */
export function labelSetJsonSchema(): object {
  const { $schema, properties = {}, ...rest } = jsonSchema(labelSetSchema);
  return {
    $schema,
    title: 'Label set of Cliptag',
    description: 'Words that pictures are tagged with. models/labels/README.md of Cliptag has examples.',
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, written(name, field as JsonSchema)]),
    ),
  };
}

/** A field as people write it. */
function written(name: string, field: JsonSchema): JsonSchema {
  if (name === 'labels') {
    const { $schema: _, ...text } = jsonSchema(LABEL_TEXT);
    return { ...field, items: { anyOf: [text, field.items as JsonSchema] } };
  }
  // Commands write it, to another file.
  if (name === 'fits') return { type: 'object', description: field.description ?? '' };
  return field;
}

/** Draft 7, which every editor knows. */
function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}
