import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import {
  appliesTo,
  contrastPromptsOf,
  labelSetDigest,
  parseLabelSet,
  promptsOf,
} from '../../../../functions/core/labels/label-set.ts';
import { PROMPT_CHOICE_NAMES, promptChoiceOf } from '../../../../functions/core/labels/prompt-choices.ts';
import { spellingsOf } from '../../../../functions/core/labels/spellings.ts';

const MINIMAL = { name: 'pets', version: 1, mode: 'exclusive', labels: ['cat', 'dog'] };
const parsed = (changes: object = {}) => parseLabelSet({ ...MINIMAL, ...changes }, 'pets.yaml');

function faultsOf(value: unknown): readonly string[] {
  try {
    parseLabelSet(value, 'pets.yaml');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    return (error as InvalidInput).faults;
  }
}

describe('parseLabelSet', () => {
  it('fills in the defaults, and takes a word for a label of that name', () => {
    expect(parsed()).toMatchObject({
      version: '1',
      promptTemplates: ['a photo of a {label}'],
      labels: [
        { name: 'cat', synonyms: [] },
        { name: 'dog', synonyms: [] },
      ],
      topK: 5,
      minimumScore: 0.2,
    });
  });

  it('takes the bounds of every range', () => {
    expect(parsed({ topK: 1, minimumScore: 0 })).toMatchObject({ topK: 1, minimumScore: 0 });
    expect(parsed({ topK: 100, minimumScore: 1 })).toMatchObject({ topK: 100, minimumScore: 1 });
    expect(parsed({ labels: [{ name: 'x'.repeat(100), threshold: 1 }] }).labels).toHaveLength(1);
    expect(parsed({ name: '0_a-'.padEnd(63, 'z') }).name).toHaveLength(63);
    const sentence = 'x'.repeat(1_000);
    expect(parsed({ labels: [{ name: 'cat', prompts: [sentence] }], noneOfThese: [sentence] })).toMatchObject(
      {
        labels: [{ prompts: [sentence] }],
        noneOfThese: [sentence],
      },
    );
    expect(parsed({ mode: 'independent', contrastPrompts: [sentence] }).contrastPrompts).toEqual([sentence]);
  });

  it('gives words one spelling, whatever they are typed with, and leaves plain ones and their digest alone', () => {
    const typed = parsed({
      labels: [{ name: 'cat’s  face', synonyms: ['ｆｅｌｉｄ'], parent: 'cafe\u0301' }],
    });
    expect(typed.labels).toEqual([{ name: "cat's face", synonyms: ['felid'], parent: 'café' }]);
    const plain = parsed({ labels: [{ name: "cat's face", synonyms: ['felid'], parent: 'café' }] });
    expect(labelSetDigest(typed, 'model-a')).toBe(labelSetDigest(plain, 'model-a'));
    expect(labelSetDigest(parsed(), 'model-a')).toBe('2ef077ec6d7a95a9');
    expect([spellingsOf(typed, "cat's face"), spellingsOf(typed, 'café')]).toEqual([
      ['cat’s  face'],
      ['cafe\u0301'],
    ]);
    expect(spellingsOf(plain, 'café')).toEqual([]);
  });

  const FAULTS: Readonly<Record<string, readonly [changes: object, fault: RegExp]>> = {
    'a missing name': [{ name: undefined }, /^name: /],
    'a name with capitals': [{ name: 'Pets' }, /^name: Expected .*lower-case .*received "Pets"/],
    'a name with #': [{ name: 'a#b' }, /^name: .*"a#b"/],
    'a name with _ in front': [{ name: '_pets' }, /^name: .*"_pets"/],
    'a name of 64 letters': [{ name: 'a'.repeat(64) }, /^name: /],
    'an unknown mode': [{ mode: 'fuzzy' }, /^mode: .*"fuzzy"/],
    'no labels': [{ labels: [] }, /^labels: /],
    'an empty label': [{ labels: ['cat', ' '] }, /^labels\[1\]\.name: /],
    'a label of 101 letters': [{ labels: ['x'.repeat(101)] }, /^labels\[0\]\.name: /],
    'a prompt of 1,001 letters': [
      { labels: [{ name: 'cat', prompts: ['x'.repeat(1_001)] }] },
      /^labels\[0\]\.prompts\[0\]: .*1000/,
    ],
    '"none of these" of 1,001 letters': [{ noneOfThese: ['x'.repeat(1_001)] }, /^noneOfThese\[0\]: .*1000/],
    'a contrast prompt of 1,001 letters': [
      { mode: 'independent', contrastPrompts: ['x'.repeat(1_001)] },
      /^contrastPrompts\[0\]: .*1000/,
    ],
    'a template without the slot': [
      { promptTemplates: ['a photo'] },
      /^promptTemplates\[0\]: .*\{label\}.*|^promptTemplates\[0\]: /,
    ],
    'top-k of 0': [{ topK: 0 }, /^topK: .*received 0/],
    'top-k of 101': [{ topK: 101 }, /^topK: .*received 101/],
    'top-k of 1.5': [{ topK: 1.5 }, /^topK: .*received 1.5/],
    'a minimum score above 1': [{ minimumScore: 1.01 }, /^minimumScore: .*received 1.01/],
    'a minimum score below 0': [{ minimumScore: -0.01 }, /^minimumScore: .*received -0.01/],
    'a threshold above 1': [
      { labels: [{ name: 'cat', threshold: 2 }] },
      /^labels\[0\]\.threshold: .*received 2/,
    ],
    'an unknown field': [{ lables: [] }, /lables/],
    'an unknown field of a label': [{ labels: [{ name: 'cat', colour: 'red' }] }, /^labels\[0\]: .*colour/],
    'a label that stands there twice': [
      { labels: ['cat', 'dog', 'Cat'] },
      /^labels\[2\]: "Cat" .*labels\[0\]/,
    ],
    'a label in other quotes': [
      { labels: ["cat's face", 'cat’s face'] },
      /^labels\[1\]: "cat's face" .*labels\[0\]/,
    ],
    'a label in other widths': [{ labels: ['cat', 'Ｃａｔ'] }, /^labels\[1\]: "Cat" .*labels\[0\]/],
    'a label with accents apart': [{ labels: ['café', 'cafe\u0301'] }, /^labels\[1\]: "café" .*labels\[0\]/],
    'a label with other white space': [
      { labels: ['ice cream', 'ice\u00a0 cream'] },
      /^labels\[1\]: .*labels\[0\]/,
    ],
    'a synonym that is a label': [
      { labels: ['cat', { name: 'dog', synonyms: ['cat'] }] },
      /^labels\[1\]: "cat" .*labels\[0\]/,
    ],
    'a label that is its own parent': [{ labels: [{ name: 'cat', parent: 'cat' }] }, /circle .*cat → cat/],
    'parents in a circle': [
      {
        labels: [
          { name: 'a', parent: 'b' },
          { name: 'b', parent: 'c' },
          { name: 'c', parent: 'a' },
        ],
      },
      /circle .*a → b → c → a/,
    ],
    'contrast prompts in exclusive mode': [{ contrastPrompts: ['a photo'] }, /^contrastPrompts: .*exclusive/],
    '"none of these" in independent mode': [
      { mode: 'independent', noneOfThese: ['something'] },
      /^noneOfThese: .*independent/,
    ],
    'an empty list of places': [{ appliesTo: [] }, /^appliesTo: /],
  };
  for (const [name, [changes, fault]] of Object.entries(FAULTS)) {
    it(`rejects ${name}, and says where`, () => {
      const faults = faultsOf({ ...MINIMAL, ...changes });
      expect(faults.join('\n')).toMatch(fault);
    });
  }

  for (const value of [null, undefined, 'pets', [], 42]) {
    it(`rejects ${JSON.stringify(value)} in place of a label set`, () => {
      expect(faultsOf(value)[0]).toMatch(/^\(top level\): /);
    });
  }

  it('rejects all that is wrong at once, in one error that names the file', () => {
    const wrong = { ...MINIMAL, name: 'Pets', mode: 'fuzzy', topK: 0, labels: ['cat', ''] };
    expect(faultsOf(wrong)).toHaveLength(4);
    expect(() => parseLabelSet(wrong, 'pets.yaml')).toThrow(/^pets\.yaml is not a label set:\n {2}/);
  });

  it.each<[changes: object, fault: string]>([
    [{ description: 5 }, 'description: Expected string, received 5; in quotes, "5", it is a text'],
    [
      { labels: [747] },
      'labels[0]: Expected a text or a mapping with a name, received 747; in quotes, "747", it is a text',
    ],
    [
      { labels: ['L\ufffdwe'] },
      'labels[0].name: Expected a text whose letters are all there, without \ufffd, received "L\ufffdwe"',
    ],
    [{ labels: ['__proto__'] }, 'labels[0].name: Expected another word than __proto__, received "__proto__"'],
    [{ name: undefined }, 'name: Expected string, received nothing'],
    [{ version: null }, 'version: Expected a text or a number, received null'],
    [{ minimumScore: Number.NaN }, 'minimumScore: Expected number, received NaN'],
    [{ topK: 1.5 }, 'topK: Expected int, received 1.5'],
    [{ lables: [] }, '(top level): Unrecognized key: "lables"; did you mean "labels"?'],
    [{ colour: 'red' }, '(top level): Unrecognized key: "colour"'],
    [{ minimum_score: 1 }, '(top level): Unrecognized key: "minimum_score"; did you mean "minimumScore"?'],
    [{ threshold: 1 }, '(top level): Unrecognized key: "threshold"; it is a field of a label'],
    [
      { labels: [{ name: 'cat', treshold: 0.5 }] },
      'labels[0]: Unrecognized key: "treshold"; did you mean "threshold"?',
    ],
    [
      { labels: [{ name: 'cat', topK: 5 }] },
      'labels[0]: Unrecognized key: "topK"; it is a field of the label set itself',
    ],
    [
      { appliesTo: [{ prefix: 'a/', bukcet: 'b' }] },
      'appliesTo[0]: Unrecognized key: "bukcet"; did you mean "bucket"?',
    ],
    [
      { prompts: 'photo', promptTemplates: ['{label}'] },
      'prompts: Expected only one of prompts, which names templates, and promptTemplates, which has them',
    ],
    [
      { prompts: 'photos' },
      'prompts: Invalid option: expected one of "photo"|"drawing"|"product"|"any", received "photos"',
    ],
  ])('rejects %j and says once what arrived', (changes, fault) => {
    expect(faultsOf({ ...MINIMAL, ...changes })).toEqual([fault]);
  });

  it('rejects each unknown field by itself, and a label whose name is misspelt by its fields', () => {
    expect(faultsOf({ ...MINIMAL, lables: [], apliesTo: [] })).toHaveLength(2);
    expect(faultsOf({ ...MINIMAL, labels: [{ nmae: 'cat' }] })).toEqual([
      'labels[0].name: Expected string, received nothing',
      'labels[0]: Unrecognized key: "nmae"; did you mean "name"?',
    ]);
  });

  it('writes out templates that are named, and leaves out what is for editors', () => {
    const named = parsed({ prompts: 'drawing', $schema: './label-set.schema.json' });
    expect(named).not.toHaveProperty('prompts');
    expect(named).not.toHaveProperty('$schema');
    expect(named.promptTemplates).toContain('a pencil sketch of a {label}');
    expect(promptChoiceOf(named)).toBe('drawing');
    expect(parsed({ promptTemplates: named.promptTemplates })).toEqual(named);
    expect(promptChoiceOf(parsed())).toBeUndefined();
  });

  it.each(PROMPT_CHOICE_NAMES)('has templates by the name of %s that a label set may have', (name) => {
    const { promptTemplates } = parsed({ prompts: name });
    expect(new Set(promptTemplates).size).toBe(promptTemplates.length);
    expect(parsed({ promptTemplates })).toEqual(parsed({ prompts: name }));
  });

  it('takes a parent below a circle for no part of it, and ends', () => {
    const labels = [
      { name: 'kitten', parent: 'a' },
      { name: 'a', parent: 'b' },
      { name: 'b', parent: 'a' },
    ];
    expect(faultsOf({ ...MINIMAL, labels })).toHaveLength(2);
  });
});

describe('promptsOf', () => {
  it('fills every template with the name and each synonym', () => {
    const labelSet = parsed({
      promptTemplates: ['a {label}', 'the {label} and the {label}'],
      labels: [{ name: 'cat', synonyms: ['kitty'] }],
    });
    expect(promptsOf(labelSet, labelSet.labels[0]!)).toEqual([
      'a cat',
      'the cat and the cat',
      'a kitty',
      'the kitty and the kitty',
    ]);
  });

  it("takes a label's own prompts as they are", () => {
    const labelSet = parsed({ labels: [{ name: 'cat', synonyms: ['kitty'], prompts: ['a small feline'] }] });
    expect(promptsOf(labelSet, labelSet.labels[0]!)).toEqual(['a small feline']);
  });

  it('takes signs in a label for what they are', () => {
    const labelSet = parsed({ promptTemplates: ['a {label}'], labels: ['US$$', '$& co', '{label}'] });
    expect(labelSet.labels.flatMap((label) => promptsOf(labelSet, label))).toEqual([
      'a US$$',
      'a $& co',
      'a {label}',
    ]);
  });
});

describe('contrastPromptsOf', () => {
  const CASES: ReadonlyArray<readonly [name: string, changes: object, expected: readonly string[]]> = [
    ['none by default in exclusive mode', {}, []],
    ['"none of these" in exclusive mode', { noneOfThese: ['something else'] }, ['something else']],
    [
      'general prompts by default in independent mode',
      { mode: 'independent' },
      ['a photo', 'a photo of something', 'an image'],
    ],
    ['its own in independent mode', { mode: 'independent', contrastPrompts: ['noise'] }, ['noise']],
  ];
  for (const [name, changes, expected] of CASES) {
    it(`gives ${name}`, () => {
      expect(contrastPromptsOf(parsed(changes))).toEqual(expected);
    });
  }
});

describe('labelSetDigest', () => {
  it('is the same for the same label set, whether defaults were written out or not', () => {
    expect(labelSetDigest(parsed(), 'model-a')).toBe(
      labelSetDigest(parsed({ topK: 5, minimumScore: 0.2, version: '1' }), 'model-a'),
    );
  });

  const CHANGES = [
    { version: 2 },
    { mode: 'independent' },
    { topK: 6 },
    { minimumScore: 0.21 },
    { labels: ['dog', 'cat'] },
    { labels: ['cat', { name: 'dog', threshold: 0.2 }] },
    { promptTemplates: ['{label}'] },
    { prompts: 'photo' },
    { noneOfThese: ['nothing'] },
    { appliesTo: [{ prefix: 'a/' }] },
  ];
  for (const changes of CHANGES) {
    it(`changes with ${JSON.stringify(changes)}`, () => {
      expect(labelSetDigest(parsed(changes), 'model-a')).not.toBe(labelSetDigest(parsed(), 'model-a'));
    });
  }
});

describe('appliesTo', () => {
  const places = [{ bucket: 'a' }, { prefix: 'trips/' }, { bucket: 'b', prefix: 'x/' }];
  const CASES: ReadonlyArray<readonly [bucket: string, key: string, expected: boolean]> = [
    ['a', 'anything', true],
    ['c', 'trips/1.jpg', true],
    ['b', 'x/1.jpg', true],
    ['b', 'y/1.jpg', false],
    ['c', 'x/1.jpg', false],
    ['c', 'Trips/1.jpg', false],
  ];
  for (const [bucket, key, expected] of CASES) {
    it(`is ${expected} for ${bucket}/${key}`, () => {
      expect(appliesTo(parsed({ appliesTo: places }), { bucket, key })).toBe(expected);
    });
  }

  it('is true everywhere when no places are named', () => {
    expect(appliesTo(parsed(), { bucket: 'any', key: 'any' })).toBe(true);
  });

  it('reports faults between fields together with those of single fields', () => {
    const value = {
      name: 'Bad Name',
      version: 1,
      mode: 'independent',
      noneOfThese: ['nothing'],
      labels: [
        { name: 'cat', threshold: 2 },
        'dog',
        'Dog',
        { name: 'a', parent: 'b' },
        { name: 'b', parent: 'a' },
      ],
    };
    const faults = faultsOf(value);
    for (const place of [
      'name:',
      'labels[0].threshold:',
      'labels[2]:',
      'labels[3].parent:',
      'labels[4].parent:',
      'noneOfThese:',
    ]) {
      expect(faults.some((fault) => fault.startsWith(place))).toBe(true);
    }
    expect(faults).toHaveLength(6);
  });
});
