import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyTokenizer } from '../fixtures/tiny-tokenizer.ts';
import { tinyUnigram, UNIGRAM_END_TOKEN } from '../fixtures/tiny-unigram.ts';

/** CLIP's own tokenizer is not ours to copy: these tests run where the reference folder stands beside the checkout. */
const CLIP_FOLDER = new URL('../../../shared/reference/tiny-clip/hf', import.meta.url).pathname;
const clipIsHere = existsSync(join(CLIP_FOLDER, 'tokenizer.json'));
if (!clipIsHere) {
  console.info(
    `Skipped: CLIP's own tokenizer (to run it, put tokenizer.json of openai/clip-vit-base-patch32 into ${CLIP_FOLDER})`,
  );
}

let clip: ReturnType<typeof loadTokenizer> | undefined;

/** Loaded once for all tests. */
function clipTokenizer(): ReturnType<typeof loadTokenizer> {
  clip ??= loadTokenizer(CLIP_FOLDER);
  return clip;
}

/** Unlike a clock's, it does not depend on what else runs on the machine. */
function processorMillisecondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

async function folderWithTokenizer(): Promise<{ folder: string; end: number; start: number }> {
  const folder = await temporaryFolder();
  const { json, endToken } = tinyTokenizer(['cat', 'dog']);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  return { folder, end: endToken, start: endToken - 1 };
}

describe.skipIf(!clipIsHere)("CLIP's tokenizer", () => {
  test('gives the token ids of the reference tokenizer for all its cases', async () => {
    const fixture = await readFile(new URL('../fixtures/tokens.json', import.meta.url), 'utf8');
    const { cases } = JSON.parse(fixture) as { cases: Array<{ text: string; ids: number[] }> };
    const tokenize = await clipTokenizer();
    expect(cases).toHaveLength(186);
    for (const { text, ids } of cases) expect(tokenize(text), text).toEqual(ids);
  });

  test("gives open_clip's token ids of whatever quotes, widths, accents and entities people type", async () => {
    const fixture = await readFile(new URL('../fixtures/typed-tokens.json', import.meta.url), 'utf8');
    const cases = JSON.parse(fixture) as Array<{ text: string; ids: number[] }>;
    const tokenize = await clipTokenizer();
    expect(cases).toHaveLength(200);
    for (const { text, ids } of cases) expect(tokenize(text), JSON.stringify(text)).toEqual(ids);
  });

  test('makes the end token of <|endoftext|> in a text, as the reference does', async () => {
    const tokenize = await clipTokenizer();
    expect(tokenize('x <|endoftext|> y')).toEqual([49406, 343, 49407, 344, 49407]);
  });

  test.each([
    ['nothing', ''],
    ['white space', ' \t\r\n\u3000 '],
  ])('gives start and end for %s', async (_, text) => {
    const tokenize = await clipTokenizer();
    expect(tokenize(text)).toEqual([49406, 49407]);
  });

  test.each([
    ['letter case', 'A PHOTO of a Cat', 'a photo of a cat'],
    ['runs of white space', 'a  photo\n\n of\ta cat ', 'a photo of a cat'],
    ['how accents are composed', 'cafe\u0301', 'café'],
    ['which quotes are typed', '‘cat’s “face”', '\'cat\'s "face"'],
    ['the width of letters', 'Ａ　ｃａｔ', 'a cat'],
    ['control characters', 'a\0b', 'ab'],
    ["HTML's entities", 'R&amp;amp;B &eacute;', 'r&b é'],
  ])('does not care about %s', async (_, one, other) => {
    const tokenize = await clipTokenizer();
    expect(tokenize(one)).toEqual(tokenize(other));
  });

  test.each([['HTML', '<b>cat</b>', [49406, 283, 321, 285, 2368, 34308, 321, 285, 49407]]])(
    'takes %s as it stands',
    async (_, text, ids) => {
      const tokenize = await clipTokenizer();
      expect(tokenize(text)).toEqual(ids);
    },
  );

  test.each([
    ['words', 'a photo of a cat '],
    ['one word', 'abcdefghij'],
    ['emoji', '😀'],
    ['Chinese', '富士山的照片'],
    ['emoji of several parts', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['letters with accents apart', 'e\u0301o\u0308'],
    ['punctuation', '!?-'],
    ['end tokens', '<|endoftext|>'],
  ])('cuts a megabyte of %s as it cuts a shorter text, and at once', async (_, piece) => {
    const tokenize = await clipTokenizer();
    const long = piece.repeat(Math.ceil(2 ** 20 / piece.length));
    const began = process.cpuUsage();
    const ids = tokenize(long);
    expect(processorMillisecondsSince(began)).toBeLessThan(3_000);
    expect(ids).toHaveLength(77);
    expect(ids.at(-1)).toBe(49407);
    expect(ids).toEqual(tokenize(long.slice(0, 15_000)));
  });

  test('finds the words behind a megabyte of white space', async () => {
    const tokenize = await clipTokenizer();
    expect(tokenize(`${' \n'.repeat(2 ** 19)}a${' '.repeat(2 ** 20)}cat`)).toEqual(tokenize('a cat'));
  });
});

describe('a tokenizer', () => {
  test('merges bytes into words', async () => {
    const { folder, start, end } = await folderWithTokenizer();
    const tokenize = await loadTokenizer(folder);
    expect(tokenize('cat dog cat')).toHaveLength(5);
    expect(tokenize('cow')).toHaveLength(5);
    expect([tokenize('cat').at(0), tokenize('cat').at(-1)]).toEqual([start, end]);
  });

  test.each(['', '😀', '富士山', 'a\0b', '\ud83d', '<script>', '\ufeff'])(
    'gives tokens of its vocabulary for %j',
    async (text) => {
      const { folder, end } = await folderWithTokenizer();
      const tokenize = await loadTokenizer(folder);
      for (const id of tokenize(text)) expect(id).toBeLessThanOrEqual(end);
    },
  );

  test('keeps the end token last in a text that fits exactly, and in one that is a token too long', async () => {
    const { folder, end } = await folderWithTokenizer();
    const tokenize = await loadTokenizer(folder, { contextLength: 5 });
    expect(tokenize('cat cat cat')).toHaveLength(5);
    expect(tokenize('cat cat cat dog')).toEqual(tokenize('cat cat cat'));
    expect(tokenize('cat cat cat dog').at(-1)).toBe(end);
  });

  test('takes the context length from the manifest, else from config.json, else 77', async () => {
    const { folder } = await folderWithTokenizer();
    const lengthOfLongText = async () => (await loadTokenizer(folder))('cat '.repeat(100)).length;
    expect(await lengthOfLongText()).toBe(77);
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ text_config: { max_position_embeddings: 20 } }),
    );
    expect(await lengthOfLongText()).toBe(20);
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ text: { contextLength: 10 } }));
    expect(await lengthOfLongText()).toBe(10);
  });

  test('rejects a folder without tokenizer.json', async () => {
    const folder = await temporaryFolder();
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'no-tokenizer',
      message: `Expected a tokenizer at ${join(folder, 'tokenizer.json')} but there is no such file`,
    });
  });

  test.each([
    ['something that is not JSON', '{', 'Expected JSON'],
    ['JSON that is no tokenizer', '{}', 'model.vocab'],
  ])('rejects %s', async (_, content, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'tokenizer.json'), content);
    await expect(loadTokenizer(folder)).rejects.toThrow(message);
  });

  test('rejects a tokenizer that puts no start and end tokens', async () => {
    const { folder } = await folderWithTokenizer();
    const { json } = tinyTokenizer([]);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...json, post_processor: null }));
    await expect(loadTokenizer(folder)).rejects.toThrow('Expected a start and an end token');
  });
});

describe("SigLIP's kind of tokenizer", () => {
  async function unigramFolder(changes: object = {}): Promise<string> {
    const folder = await temporaryFolder();
    const { json } = tinyUnigram(['cat', 'a', 'photo', 'of']);
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...json, ...changes }));
    return folder;
  }
  // '▁' is 3, the words follow in order, then the letters from 'a' at 8.
  const A_PHOTO_OF_A_CAT = [5, 6, 7, 5, 4, UNIGRAM_END_TOKEN];

  test('takes the likeliest pieces, and puts an end token only', async () => {
    const tokenize = await loadTokenizer(await unigramFolder());
    expect(tokenize('a photo of a cat')).toEqual(A_PHOTO_OF_A_CAT);
    expect(tokenize('cats')).toEqual([4, 8 + 18, UNIGRAM_END_TOKEN]);
    expect(tokenize('cab')).toEqual([3, 8 + 2, 8, 8 + 1, UNIGRAM_END_TOKEN]);
    expect(tokenize('')).toEqual([UNIGRAM_END_TOKEN]);
  });

  test('does not care about letter case, punctuation and white space', async () => {
    const tokenize = await loadTokenizer(await unigramFolder());
    for (const text of ['A photo of a "Cat".', ' a  photo\nof_a cat!', 'a pho-to of a cat'])
      expect(tokenize(text), text).toEqual(A_PHOTO_OF_A_CAT);
  });

  test('cuts a megabyte at once, and keeps the end token', async () => {
    const tokenize = await loadTokenizer(await unigramFolder(), { contextLength: 6 });
    const began = process.cpuUsage();
    expect(tokenize('cat '.repeat(2 ** 18))).toEqual([4, 4, 4, 4, 4, UNIGRAM_END_TOKEN]);
    expect(tokenize('zq'.repeat(2 ** 19))).toHaveLength(6);
    expect(processorMillisecondsSince(began)).toBeLessThan(3_000);
  });

  test('rejects byte pair encoding without a start token and without byte fallback', async () => {
    const { json, endToken } = tinyTokenizer(['cat']);
    const end = '<|endoftext|>';
    const single = [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }];
    const special_tokens = { [end]: { id: end, ids: [endToken], tokens: [end] } };
    const folder = await temporaryFolder();
    const post_processor = { type: 'TemplateProcessing', single, pair: single, special_tokens };
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...json, post_processor }));
    await expect(loadTokenizer(folder)).rejects.toThrow('Expected a start and an end token around');
  });

  test('rejects one that puts no end token', async () => {
    const folder = await unigramFolder({ post_processor: null });
    await expect(loadTokenizer(folder)).rejects.toThrow('Expected an end token after every text');
  });
});
