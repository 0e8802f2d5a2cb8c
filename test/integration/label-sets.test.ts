import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import {
  contrastPromptsOf,
  type LabelSet,
  parseLabelSet,
  promptsOf,
} from '../../functions/core/labels/label-set.ts';
import { labelSetSchema } from '../../functions/core/labels/label-set-schema.ts';

const FOLDER = new URL('../../models/labels/', import.meta.url).pathname;

const smallest = { name: 'smallest', version: 1, mode: 'exclusive', labels: ['cat'] };

async function readme(): Promise<string> {
  return readFile(join(FOLDER, 'README.md'), 'utf8');
}

async function generalLabels(): Promise<LabelSet['labels']> {
  const [general] = await readLabelSets([join(FOLDER, 'general.yaml')]);
  return general?.labels ?? [];
}

interface ImageNetClass {
  readonly wnid: string;
  readonly name: string;
  readonly label: string;
  readonly synonyms: readonly string[];
}

/** The classes as the embedded model learned them. */
async function imageNet(): Promise<readonly ImageNetClass[]> {
  const file = new URL('../../models/embedded/train/imagenet.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as ImageNetClass[];
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
    const labels = await generalLabels();
    expect(labels.length).toBeGreaterThan(600);
    const names = labels.map(({ name }) => name);
    for (const name of ['dog', 'cat', 'pizza', 'car', 'keyboard', 'beach', 'person'])
      expect(names).toContain(name);
  });

  test('fold every class of ImageNet into a label', async () => {
    const words = new Set((await generalLabels()).flatMap(({ name, synonyms }) => [name, ...synonyms]));
    const missing = (await imageNet()).filter(({ label, name }) => !words.has(label) && !words.has(name));
    expect(missing).toEqual([]);
  });

  test('say with a tag and its parents one thing, so that a second one finds a place among five tags', async () => {
    const labels = await generalLabels();
    const parentOf = new Map(labels.map(({ name, parent }) => [name, parent]));
    const depth = (name: string): number => 1 + (parentOf.has(name) ? above(parentOf.get(name)) : 0);
    const above = (parent: string | undefined): number => (parent === undefined ? 0 : depth(parent));
    expect(labels.filter(({ name }) => depth(name) > 4)).toEqual([]);
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
