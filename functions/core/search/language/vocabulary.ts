import { wordKey } from '../../labels/folded-text.ts';
import type { LabelSet } from '../../labels/label-set.ts';
import { nearestWords } from '../../labels/near-words.ts';
import type { LabelTerm } from '../../records/find-images.ts';

/** The words that name labels, in any letter case and spelling. */
export interface Vocabulary {
  /** Label sets by name. */
  readonly sets: readonly string[];
  /**
   * What a word names: in each label set the label of this name, else the parent, else the label of which it is a synonym.
   * Empty where no set knows it.
   *
   * @param set @default every label set
   */
  termsOf(word: string, set?: string): readonly LabelTerm[];
  /** `WORD` or `SET:WORD`, whichever names these terms and no others; a label's own name rather than a synonym. */
  nameOf(terms: readonly LabelTerm[]): string | undefined;
  /** Words that this one may be a misspelling of, nearest first. */
  near(word: string, set?: string): readonly string[];
}

/** What one label set's words name. */
interface SetWords {
  readonly set: string;
  /** By their keys, as {@link wordKey} gives them. */
  readonly words: Map<string, { readonly word: string; readonly terms: readonly LabelTerm[] }>;
}

/**
 * The words of label sets, and the labels that images carry: those of label sets that are gone, and other spellings in
 * records from before words had one.
 */
export function vocabularyOf(labelSets: readonly LabelSet[], carried: readonly LabelTerm[]): Vocabulary {
  const spellings = groupedBy(carried, ({ set, label }) => termKey(set, wordKey(label)));
  const sets = groupedBy(carried, ({ set }) => set);
  const names = [...new Set([...labelSets.map(({ name }) => name), ...sets.keys()])];
  const all = names.map((set): SetWords => {
    const words: SetWords['words'] = new Map();
    const add = (word: string, label: string) => {
      const key = wordKey(word);
      if (words.has(key)) return;
      const others = spellings.get(termKey(set, wordKey(label))) ?? [];
      const labels = [...new Set([label, ...others.map((term) => term.label)])];
      words.set(key, { word, terms: labels.map((name) => ({ set, label: name })) });
    };
    const labels = labelSets.filter(({ name }) => name === set).flatMap((labelSet) => labelSet.labels);
    for (const { name } of labels) add(name, name);
    for (const { parent } of labels) if (parent !== undefined) add(parent, parent);
    for (const { label } of sets.get(set) ?? []) add(label, label);
    for (const { name, synonyms } of labels) for (const synonym of synonyms) add(synonym, name);
    return { set, words };
  });
  return vocabulary(all);
}

function vocabulary(all: readonly SetWords[]): Vocabulary {
  const within = (set: string | undefined) =>
    set === undefined ? all : all.filter((one) => one.set === set);
  const termsOf = (word: string, set?: string): readonly LabelTerm[] => {
    const key = wordKey(word);
    return within(set).flatMap(({ words }) => words.get(key)?.terms ?? []);
  };
  /** The first one of those that are the same but for spelling. */
  const wordsOf = (set: string | undefined) => {
    const first = new Map<string, string>();
    for (const { words } of within(set)) {
      for (const [key, { word }] of words) if (!first.has(key)) first.set(key, word);
    }
    return [...first.values()];
  };
  return {
    sets: all.map(({ set }) => set),
    termsOf,
    nameOf(terms) {
      const wanted = termsKey(terms);
      const set = terms[0]?.set ?? '';
      const labels = terms.map(({ label }) => label);
      const anywhere = (word: string) => termsKey(termsOf(word)) === wanted;
      // A label may be called `SET:WORD` itself.
      const ofSet = (word: string) =>
        termsOf(`${set}:${word}`).length === 0 && termsKey(termsOf(word, set)) === wanted;
      const own = labels.find(anywhere);
      if (own !== undefined) return own;
      const ownOfSet = labels.find(ofSet) ?? wordsOf(set).find(ofSet);
      return ownOfSet === undefined ? wordsOf(undefined).find(anywhere) : `${set}:${ownOfSet}`;
    },
    near: (word, set) => nearestWords(word, wordsOf(set)),
  };
}

function termKey(set: string, label: string): string {
  return `${set}:${label}`;
}

function termsKey(terms: readonly LabelTerm[]): string {
  return terms.map(({ set, label }) => termKey(set, label)).join('\n');
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
