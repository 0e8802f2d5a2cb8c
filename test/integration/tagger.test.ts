import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { writeFit } from '../../functions/adapters/files/fit-file.ts';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { parseLabelSet, promptsDigest } from '../../functions/core/labels/label-set.ts';
import type { labelSetSchema } from '../../functions/core/labels/label-set-schema.ts';
import { type LabelSetInput, openTagger, type Tagger } from '../../functions/tagger/tagger.ts';
import { DETAILS_OF_A_CAMERA, EXIF_OF_A_CAMERA, exifTiff, withExif } from '../fixtures/exif.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const SAMPLES = packagePath('functions', 'local', 'samples');
const PET: LabelSetInput = { name: 'pet', version: 1, mode: 'exclusive', labels: ['cat', 'dog'] };
const photo = (name: string) => readFile(join(SAMPLES, name));

async function using<Result>(tagger: Tagger, work: (tagger: Tagger) => Promise<Result>): Promise<Result> {
  try {
    return await work(tagger);
  } finally {
    await tagger.close();
  }
}

describe('tagging from code', () => {
  it('says of an image what the command line says, and gives its embedding', async () => {
    const image = await using(await openTagger(), async (tagger) => tagger.tag(await photo('chelsea.png')));
    expect(image.tags.map(({ set, label }) => `${set}:${label}`)).toEqual(['general:animal', 'general:cat']);
    expect(image).toMatchObject({ width: 451, height: 300, format: 'png' });
    const length = Math.hypot(...image.embedding);
    expect(length).toBeCloseTo(1, 5);
  });

  it('takes label sets from code and from files, in any number', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'place.yaml');
    await writeFile(file, 'name: place\nversion: 1\nmode: exclusive\nlabels: [indoors, outdoors]\n');
    const options = { labelSets: [PET, file], classifierFolder: join(folder, 'classifiers') };
    const { tags } = await using(await openTagger(options), async (tagger) =>
      tagger.tag(await photo('chelsea.png')),
    );
    expect(new Set(tags.map(({ set }) => set))).toEqual(new Set(['pet', 'place']));
    expect(tags.find(({ set }) => set === 'pet')?.label).toBe('cat');
    expect(await readdir(join(folder, 'classifiers'))).toHaveLength(2);
  });

  it('scores by what was fitted to a label set, in code and beside a file, with this model', async () => {
    const folder = await temporaryFolder();
    const words = { ...PET, labels: ['cat'], mode: 'independent', minimumScore: 0 } as const;
    const file = join(folder, 'pet.json');
    await writeFile(file, JSON.stringify({ ...words, name: 'file' }));
    const scores = async (labelSets: readonly (string | LabelSetInput)[], warn?: (text: string) => void) => {
      const options = { labelSets, classifierFolder: folder, ...(warn && { warn }) };
      return using(await openTagger(options), async (tagger) => {
        const { tags, modelDigest } = await tagger.tag(await photo('chelsea.png'));
        return { scores: tags.map(({ score }) => score), modelDigest };
      });
    };
    const plain = await scores([words, file]);
    const set = parseLabelSet(words, 'pet');
    // Whatever the cosine: the slope is 0.
    const cat = { promptsDigest: promptsDigest(set, set.labels[0]!), slope: 0, offset: Math.log(3) };
    const fit = { version: 1, fittedAt: '2026-11-30T12:00:00.000Z', labels: { cat } };
    const inCode = { ...words, fits: { [plain.modelDigest]: fit } };
    await writeFit(file, plain.modelDigest, fit);
    expect((await scores([inCode, file])).scores).toEqual([0.75, 0.75]);
    const foreign = { ...words, fits: { 'another-model': fit } };
    expect((await scores([foreign])).scores).toEqual(plain.scores.slice(0, 1));
    const remarks: string[] = [];
    const renamed = { ...inCode, labels: [{ name: 'cat', synonyms: ['kitten'] }] };
    await scores([renamed], (text) => remarks.push(text));
    expect(remarks).toEqual([expect.stringContaining('"cat" is left out')]);
  });

  it.each([undefined, true])('takes labels with no label set (exclusive: %s)', async (exclusive) => {
    const folder = await temporaryFolder();
    const tags = await using(
      await openTagger({
        labels: ['cat', 'dog', 'a drawing'],
        exclusive,
        classifierFolder: join(folder, 'classifiers'),
      }),
      async (tagger) =>
        Promise.all(
          ['chelsea.png', 'rocket.jpg'].map(async (name) => (await tagger.tag(await photo(name))).tags),
        ),
    );
    expect(tags).toEqual([[{ set: 'ad-hoc', label: 'cat', score: expect.any(Number) }], []]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes labels beside label sets', async () => {
    const folder = await temporaryFolder();
    const options = { labels: ['cat'], labelSets: [PET], classifierFolder: folder };
    const { tags } = await using(await openTagger(options), async (tagger) =>
      tagger.tag(await photo('chelsea.png')),
    );
    expect(tags.map(({ set, label }) => `${set}:${label}`).toSorted()).toEqual(['ad-hoc:cat', 'pet:cat']);
  });

  it('rejects labels that say nothing, and a mode without labels', async () => {
    await expect(openTagger({ labels: [] })).rejects.toThrow('Expected at least one label');
    await expect(openTagger({ labels: ['cat', 'Cat', ' '] })).rejects.toThrow(
      /Expected each label once but received "cat" and "Cat".*as label 3 but received " "/s,
    );
    await expect(openTagger({ labels: [3] as never })).rejects.toThrow(
      'labels: Expected an array of texts but received Array',
    );
    await expect(openTagger({ exclusive: true })).rejects.toThrow('exclusive: Expected it beside labels');
    await expect(openTagger({ labels: ['cat'], labelSets: [{ ...PET, name: 'ad-hoc' }] })).rejects.toThrow(
      'several are called "ad-hoc"',
    );
  });

  it('says what EXIF and pixels tell, as far as is asked for', async () => {
    const cat = await sharp(await photo('chelsea.png'))
      .jpeg()
      .toBuffer();
    const file = withExif(cat, exifTiff(EXIF_OF_A_CAMERA));
    const said = async (exif?: 'without-place' | 'none') =>
      using(await openTagger({ labelSets: [PET], exif }), async (tagger) => tagger.tag(file));
    const whole = await said();
    expect(whole).toMatchObject(DETAILS_OF_A_CAMERA);
    expect(whole.differenceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(whole.colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(whole.sharpness).toBeGreaterThan(0);
    const { takenAt, camera, latitude, longitude, ...pixels } = whole;
    expect(await said('without-place')).toEqual({ ...pixels, takenAt, camera });
    expect(await said('none')).toEqual(pixels);
    expect([takenAt, latitude, longitude]).not.toContain(undefined);
  });

  it('takes a model by its folder', async () => {
    const folder = await temporaryFolder();
    const embedded = packagePath('models', 'embedded');
    for (const name of (await readdir(embedded)).filter((name) => /onnx$|json$/.test(name)))
      await copyFile(join(embedded, name), join(folder, name));
    const tagger = await openTagger({ model: folder, labelSets: [PET], classifierFolder: folder });
    expect(tagger.model).toBe('embedded');
    await tagger.close();
  });

  it('works on several images at once, each with its own answer or fault', async () => {
    const names = ['chelsea.png', 'coffee.png', 'rocket.jpg'];
    await using(await openTagger(), async (tagger) => {
      const bytes = [...(await Promise.all(names.map(photo))), new Uint8Array(0), Buffer.from('no image')];
      const together = await Promise.allSettled(bytes.map((one) => tagger.tag(one)));
      const alone = [];
      for (const one of bytes.slice(0, names.length)) alone.push((await tagger.tag(one)).tags);
      expect(together.flatMap((one) => (one.status === 'fulfilled' ? [one.value.tags] : []))).toEqual(alone);
      expect(together.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))).toEqual([
        'empty',
        'not-an-image',
      ]);
    });
  });

  it('rejects an image that is larger than it may be', async () => {
    await using(await openTagger({ maximumBytes: 1000 }), async (tagger) => {
      const bytes = await photo('chelsea.png');
      await expect(tagger.tag(bytes)).rejects.toMatchObject({ name: 'ImageFault', code: 'too-large' });
    });
  });

  it('rejects a path in place of bytes', async () => {
    await using(await openTagger(), async (tagger) => {
      const path: unknown = 'photo.png';
      await expect(tagger.tag(path as Uint8Array)).rejects.toThrow(
        'Expected the bytes of an image (Uint8Array) but received string "photo.png"',
      );
      await expect(tagger.tag(new ArrayBuffer(8) as never)).rejects.toThrow('but received ArrayBuffer');
    });
  });

  it('rejects options that it does not know, and wrong ones, in one error', async () => {
    const options = { lables: [], labelSets: 'a.yaml', model: 3, maximumBytes: 0, exif: 'place', warn: null };
    await expect(openTagger(options as never)).rejects.toThrow(
      /lables: Expected one of the options labelSets, labels.*labelSets: Expected an array of label sets but received string "a\.yaml".*model: .* but received number 3.*maximumBytes: .* number 0.*exif: Expected one of all, without-place, none but received string "place".*warn: Expected a function but received null/s,
    );
    for (const nothing of [null, 'labels.yaml'])
      await expect(openTagger(nothing as never)).rejects.toThrow('Expected an object of options');
  });

  it('rejects label sets with every fault of all of them, each with its place', async () => {
    const nameless = { ...PET, name: 'A name', labels: [] };
    await expect(openTagger({ labelSets: ['nowhere.yaml', nameless, PET, PET] })).rejects.toThrow(
      /nowhere\.yaml: Expected a label set file.*labelSets\[1\]: name: Expected.*labelSets\[1\]: labels.*several are called "pet"/s,
    );
    await expect(openTagger({ labelSets: [] })).rejects.toThrow('Expected at least one label set');
  });

  it('rejects a model that is not there', async () => {
    await expect(openTagger({ model: './nowhere' })).rejects.toMatchObject({ code: 'no-model' });
  });

  it('finishes what is under way when it is closed, once, and takes no more', async () => {
    const tagger = await openTagger();
    const underWay = tagger.tag(await photo('coffee.png'));
    await Promise.all([tagger.close(), tagger.close(), tagger[Symbol.asyncDispose]()]);
    expect((await underWay).tags).not.toHaveLength(0);
    await expect(tagger.tag(await photo('coffee.png'))).rejects.toThrow('Expected an open tagger');
  });

  it('has a type for label sets that is what the schema takes', () => {
    type Mutable<Value> = Value extends object
      ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
      : Value;
    expectTypeOf<Mutable<LabelSetInput>>().toExtend<Omit<z.input<typeof labelSetSchema>, 'labels'>>();
    expectTypeOf<Omit<z.input<typeof labelSetSchema>, 'labels'>>().toExtend<Omit<LabelSetInput, 'labels'>>();
  });
});
