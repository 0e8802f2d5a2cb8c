import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import { tokenTablesFile } from '../../functions/adapters/tokens/token-tables-file.ts';
import { tablesOfTokenizerJson } from '../../functions/adapters/tokens/tokenizer-json.ts';
import { GEMMA_FOLDER, gemmaJson, gemmaTexts } from '../fixtures/gemma/gemma.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const CONTEXT_LENGTH = 64;
const END = 1;
const tokenizer = (folder = GEMMA_FOLDER) => loadTokenizer(folder, { contextLength: CONTEXT_LENGTH });

async function folderWith(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), content);
  return folder;
}

/** Merges as single texts, as files from before tokenizers 0.20 have them. */
function withMergesAsTexts(): string {
  const json = gemmaJson();
  const merges = json.model.merges.map((pair) => pair.join(' '));
  return JSON.stringify({ ...json, model: { ...json.model, merges } });
}

describe("Gemma's tokenizer, as SigLIP 2 uses it", () => {
  test.each([
    ['merges in pairs', async () => GEMMA_FOLDER],
    ['merges as texts', () => folderWith('tokenizer.json', withMergesAsTexts())],
    [
      'tables of a compiled model',
      () => folderWith('tokenizer.bin', tokenTablesFile(tablesOfTokenizerJson(gemmaJson(), 'x'))),
    ],
  ])("gives the library's token ids of texts in many scripts, from %s", async (_, folder) => {
    const tokenize = await tokenizer(await folder());
    const cases = gemmaTexts();
    expect(cases.length).toBeGreaterThan(750);
    for (const { text, ids } of cases) expect(tokenize(text), JSON.stringify(text)).toEqual(ids);
  });

  test('takes texts in lower case, with punctuation and white space as they are', async () => {
    const tokenize = await tokenizer();
    expect(tokenize('A PHOTO')).toEqual(tokenize('a photo'));
    expect(tokenize('ΟΔΟΣ')).toEqual(tokenize('οδοσ'));
    expect(tokenize('a photo.')).not.toEqual(tokenize('a photo'));
    expect(tokenize(' a photo')).not.toEqual(tokenize('a photo'));
  });

  test('puts an end token only, and keeps it in texts that are too long', async () => {
    const tokenize = await tokenizer();
    expect(tokenize('')).toEqual([END]);
    const long = tokenize('cat '.repeat(500));
    expect(long).toHaveLength(CONTEXT_LENGTH);
    expect(long.at(-1)).toBe(END);
    expect(tokenize('cat')).not.toContain(2);
  });

  test('takes half a surrogate pair for the replacement character', async () => {
    const tokenize = await tokenizer();
    expect(tokenize('a\ud83d')).toEqual(tokenize('a\ufffd'));
  });

  test.each([
    ['words', 'a photo of a cat '],
    ['one letter', 'a'],
    ['one word', 'abcdefghij'],
    ['emoji of several parts', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['characters that are no token', '𒀀𒀁'],
    ['white space', ' \n'],
    ['the beginnings of whole tokens', '<eo'],
  ])('cuts a megabyte of %s as it cuts a shorter text', async (_, piece) => {
    const tokenize = await tokenizer();
    const long = piece.repeat(Math.ceil(2 ** 20 / piece.length));
    expect(tokenize(long)).toEqual(tokenize(long.slice(0, 15_000)));
  });

  test('is read from the tables where a folder has both', async () => {
    const folder = await folderWith(
      'tokenizer.bin',
      tokenTablesFile(tablesOfTokenizerJson(gemmaJson(), 'x')),
    );
    await writeFile(join(folder, 'tokenizer.json'), '{');
    expect((await tokenizer(folder))('cat').at(-1)).toBe(END);
  });

  test.each<[string, (json: ReturnType<typeof gemmaJson>) => object, RegExp]>([
    [
      'a prefix of words',
      (json) => ({ model: { ...json.model, continuing_subword_prefix: '##' } }),
      /prefix/,
    ],
    ['dropout', (json) => ({ model: { ...json.model, dropout: 0.1 } }), /model.dropout/],
    [
      'whole words before merges',
      (json) => ({ model: { ...json.model, ignore_merges: true } }),
      /ignore_merges/,
    ],
    [
      'a Llama, whose texts begin with a space',
      () => ({ normalizer: { type: 'Prepend', prepend: '▁' } }),
      /normalizer/,
    ],
    ['other words', () => ({ pre_tokenizer: { type: 'Whitespace' } }), /pre_tokenizer/],
    [
      'tokens that take white space along',
      () => ({ added_tokens: [{ id: 1, content: '<eos>', lstrip: true }] }),
      /added_tokens\[0\].lstrip/,
    ],
    ['no vocabulary', (json) => ({ model: { ...json.model, vocab: [] } }), /model.vocab/],
    [
      'ids beyond it',
      (json) => ({ model: { ...json.model, vocab: { ...json.model.vocab, x: 1e9 } } }),
      /"x" has/,
    ],
    [
      'a merge of what is no token',
      (json) => ({ model: { ...json.model, merges: [['cat', 'dogs']] } }),
      /merges.0: .* received \["cat","dogs"\]/,
    ],
    ['a merge of three', (json) => ({ model: { ...json.model, merges: ['a b c'] } }), /merges.0: .*"a b c"/],
    [
      'no end token',
      (json) => ({ model: { ...json.model, vocab: without(json.model.vocab, '<eos>') } }),
      /Expected a token <eos>/,
    ],
    [
      'a byte without a token',
      (json) => ({ model: { ...json.model, vocab: without(json.model.vocab, '<0xE3>') } }),
      /Expected a token <0xE3>/,
    ],
  ])('rejects %s', async (_, change, message) => {
    const json = gemmaJson();
    const folder = await folderWith('tokenizer.json', JSON.stringify({ ...json, ...change(json) }));
    const loading = tokenizer(folder);
    await expect(loading).rejects.toMatchObject({ code: 'no-tokenizer' });
    await expect(loading).rejects.toThrow(message);
  });
});

/** A vocabulary without one token; the ids stay below the count. */
function without(vocabulary: Record<string, number>, token: string): Record<string, number> {
  const { [token]: id, ...others } = vocabulary;
  return { ...others, [`${token}, but another`]: id ?? 0 };
}
