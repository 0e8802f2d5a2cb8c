import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import {
  contrastPromptsOf,
  labelSetSchema,
  parseLabelSet,
  promptsOf,
} from '../../functions/core/labels/label-set.ts';

const FOLDER = new URL('../../models/labels/', import.meta.url).pathname;

const smallest = { name: 'smallest', version: 1, mode: 'exclusive', labels: ['cat'] };

async function readme(): Promise<string> {
  return readFile(join(FOLDER, 'README.md'), 'utf8');
}

/** The table row that describes a field, under the given heading. */
function rowOf(document: string, heading: string, field: string): string | undefined {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading));
  return section?.split('\n').find((line) => line.startsWith(`| \`${field}\` |`));
}

describe('the label sets that come with Cliptag', () => {
  test('can all be read together', async () => {
    const labelSets = await readLabelSets([FOLDER]);
    expect(labelSets.map(({ name }) => name)).toEqual(['general', 'indoor-outdoor']);
  });

  test('have prompts that end within a small context length', async () => {
    for (const labelSet of await readLabelSets([FOLDER])) {
      for (const label of labelSet.labels) {
        for (const prompt of promptsOf(labelSet, label))
          expect(prompt.split(' ').length).toBeLessThanOrEqual(12);
      }
    }
  });

  test('include several hundred everyday labels', async () => {
    const [general] = await readLabelSets([join(FOLDER, 'general.yaml')]);
    expect(general?.labels.length).toBeGreaterThan(300);
    const names = general?.labels.map(({ name }) => name);
    for (const name of ['dog', 'cat', 'pizza', 'car', 'keyboard', 'beach', 'person'])
      expect(names).toContain(name);
  });
});

describe('the description of the file format', () => {
  test.each(Object.keys(labelSetSchema.shape))('tells of the field %s', async (field) => {
    expect(rowOf(await readme(), 'Fields of a label set', field)).toBeDefined();
  });

  test.each(Object.keys(labelSetSchema.shape.labels.element.out.shape))(
    "tells of a label's field %s",
    async (field) => {
      expect(rowOf(await readme(), 'Fields of a label\n', field)).toBeDefined();
    },
  );

  test.each(['bucket', 'prefix'])("tells of a place's field %s", async (field) => {
    expect(rowOf(await readme(), 'Fields of a place', field)).toBeDefined();
  });

  test('gives the defaults that are used', async () => {
    const { promptTemplates, topK, minimumScore } = parseLabelSet(smallest, 'test');
    for (const [field, value] of Object.entries({ promptTemplates, topK, minimumScore })) {
      const cells = rowOf(await readme(), 'Fields of a label set', field)?.split('|');
      expect(cells?.at(-2)?.replaceAll('`', '').trim()).toBe(String(value));
    }
    const contrastPrompts = contrastPromptsOf(parseLabelSet({ ...smallest, mode: 'independent' }, 'test'));
    expect(rowOf(await readme(), 'Fields of a label set', 'contrastPrompts')).toContain(
      contrastPrompts.map((prompt) => `\`${prompt}\``).join(', '),
    );
  });

  test('tells of every file in the folder', async () => {
    for (const name of (await readdir(FOLDER)).filter((file) => file !== 'README.md')) {
      expect(await readme()).toContain(`| \`${name}\` |`);
    }
  });

  test('has an example that is a label set', async () => {
    const [, example] = (await readme()).match(/```yaml\n(.*?)```/s) ?? [];
    expect(parseLabelSet(parse(example ?? ''), 'README.md').labels).toHaveLength(3);
  });
});
