import { describe, expect, it } from 'vitest';
import { normalised, type PromptEncoder } from '../../../../../functions/core/labels/embedding.ts';
import { parseLabelSet } from '../../../../../functions/core/labels/label-set.ts';
import { REFERENCE_WORDS } from '../../../../../functions/core/labels/review/reference-words.ts';
import { reviewOf } from '../../../../../functions/core/labels/review/review.ts';

const SIZE = 120;

/** What every text of this model has in common: raw cosines of all of them are above 0.9. */
const COMMON = 3;

function tokensIn(word: string): number {
  return /^[!-~]+$/.test(word) ? 1 : Buffer.byteLength(word);
}

/** Each word its own direction, unless it is said to be near another one. */
function wordModel(near: Readonly<Record<string, readonly [word: string, cosine: number]>> = {}) {
  const places = new Map<string, number>();
  const axis = (word: string) => {
    const place = places.get(word) ?? places.size + 1;
    places.set(word, place);
    const vector = new Float32Array(SIZE);
    vector[place] = 1;
    return vector;
  };
  const meaning = (word: string): Float32Array => {
    const [other, cosine] = near[word] ?? [];
    if (other === undefined || cosine === undefined) return axis(word);
    const [a, b] = [meaning(other), axis(word)];
    return a.map((value, i) => cosine * value + Math.sqrt(1 - cosine ** 2) * (b[i] ?? 0));
  };
  for (const word of REFERENCE_WORDS) axis(word);
  const encoder: PromptEncoder = {
    modelDigest: 'words',
    logitScale: 10,
    encode: async (texts) =>
      texts.map((text) => {
        const values = meaning(text.replace(/^a photo of a /, ''));
        values[0] = COMMON;
        return { modelDigest: 'words', values: normalised(values) };
      }),
  };
  // Two tokens around, one for each word, and one for each byte of other scripts.
  const tokensOf = (text: string) => 2 + text.split(' ').reduce((sum, word) => sum + tokensIn(word), 0);
  return { encoder, reader: { tokensOf, contextLength: 20 } };
}

async function findings(changes: object, near: Parameters<typeof wordModel>[0] = {}) {
  const value = { name: 'test', version: 1, mode: 'independent', labels: ['cat', 'dog'], ...changes };
  const found = await reviewOf(parseLabelSet(value, 'test'), wordModel(near));
  return found.map(({ code, path, labels }) => `${code} ${path.join('.')} ${labels.join(', ')}`);
}

describe('a review of a label set', () => {
  it('has nothing to say of labels that differ, however near all texts are to one another', async () => {
    expect(await findings({})).toEqual([]);
    expect(await findings({ mode: 'exclusive', noneOfThese: ['nothing'] })).toEqual([]);
  });

  it('tells of labels that are one to the model, and of no others', async () => {
    const labels = ['sofa', 'chair', 'couch'];
    expect(await findings({ labels }, { couch: ['sofa', 0.9] })).toEqual([
      'near-labels labels.2 couch, sofa',
    ]);
    expect(await findings({ labels }, { couch: ['sofa', 0.7] })).toEqual([]);
  });

  it('lets a label be near a broader one of its own, however far above', async () => {
    const labels = [
      'seat',
      { name: 'sofa', parent: 'seat' },
      { name: 'couch', parent: 'sofa' },
      { name: 'bench', parent: 'seat' },
    ];
    const near = { sofa: ['seat', 0.95], couch: ['seat', 0.95] } as const;
    expect(await findings({ labels }, near)).toEqual([]);
    expect(await findings({ labels }, { ...near, bench: ['couch', 0.99] })).toEqual([
      'near-labels labels.3 bench, sofa',
      'near-labels labels.3 bench, couch',
    ]);
  });

  it('tells of a synonym that is another label', async () => {
    const labels = [{ name: 'airplane', synonyms: ['plane'] }, 'carpenters-tool'];
    expect(await findings({ labels }, { plane: ['carpenters-tool', 0.95] })).toContain(
      'synonym-elsewhere labels.0.synonyms.0 airplane, carpenters-tool',
    );
    expect(await findings({ labels }, { plane: ['airplane', 0.95] })).toEqual([]);
    expect(await findings({ labels })).toEqual([]);
    // Near to another label, and nearer to its own.
    const near = { plane: ['airplane', 0.95], aircraft: ['airplane', 0.9] } as const;
    expect(await findings({ labels: [{ name: 'airplane', synonyms: ['plane'] }, 'aircraft'] }, near)).toEqual(
      ['near-labels labels.1 aircraft, airplane'],
    );
  });

  it('tells of a label that says no more than what it is weighed against', async () => {
    expect(await findings({ labels: ['thing', 'dog'] }, { thing: ['a photo of something', 0.8] })).toEqual([
      'says-nothing labels.0 thing',
    ]);
    expect(await findings({ labels: ['thing', 'dog'] }, { thing: ['a photo of something', 0.3] })).toEqual(
      [],
    );
    const exclusive = { mode: 'exclusive', noneOfThese: ['noise'], labels: ['static', 'dog'] };
    expect(await findings(exclusive, { static: ['noise', 0.9] })).toEqual(['says-nothing labels.0 static']);
  });

  it('tells of prompts that are cut, and not of those that just fit', async () => {
    const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
    const label = (...prompts: string[]) => ({ labels: [{ name: 'cat', prompts }, 'dog'] });
    expect(await findings(label(words(3), words(19)))).toEqual(['cut-prompt labels.0.prompts.1 cat']);
    expect(await findings(label(words(3), words(18)))).toEqual([]);
  });

  it('tells of words that fall to pieces', async () => {
    expect(await findings({ labels: ['собака', 'café au lait'] })).toEqual([
      'word-in-pieces labels.0 собака',
      'word-in-pieces labels.1 café au lait',
    ]);
    expect(await findings({ labels: [{ name: 'собака', prompts: ['a photo of a dog'] }, 'cat'] })).toEqual(
      [],
    );
  });

  it('tells of what is denied, and of nothing else', async () => {
    const labels = [
      'not a cat',
      'nothing else',
      'knot',
      { name: 'empty', prompts: ['a room without people'] },
    ];
    expect(await findings({ labels })).toEqual(['negation labels.0 not a cat', 'negation labels.3 empty']);
  });

  it('tells of an exclusive label set that has no place for what is none of its labels, first', async () => {
    const labels = ['not a cat', 'dog'];
    expect(await findings({ mode: 'exclusive', labels })).toEqual([
      'no-none-of-these mode not a cat, dog',
      'negation labels.0 not a cat',
    ]);
  });

  it('says nothing of the words of a label that was learned with this model', async () => {
    const line = { promptsDigest: 'x', slope: 1, offset: 0 };
    const fit = {
      version: 1,
      fittedAt: '2026-11-30',
      labels: { 'not a cat': { ...line, direction: 'AAA=' }, dog: line },
    };
    const set = { mode: 'exclusive', labels: ['not a cat', 'not a dog'] };
    const ofDog = ['negation labels.1 not a dog'];
    const missing = 'no-none-of-these mode not a cat, not a dog';
    expect(await findings({ ...set, fits: { words: fit } })).toEqual([missing, ...ofDog]);
    expect(await findings({ ...set, fits: { words: { ...fit, unknownLogit: 1 } } })).toEqual(ofDog);
    expect(await findings({ ...set, fits: { other: fit } })).toHaveLength(3);
  });
});
