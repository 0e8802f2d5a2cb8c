import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseLabelSet } from '../../functions/core/labels/label-set.ts';
import { labelSetSchema } from '../../functions/core/labels/label-set-schema.ts';
import {
  blocksOf,
  deadLinks,
  missingCommands,
  missingNames,
  missingPaths,
  missingScripts,
  REPOSITORY_FILES,
  readDocument,
  readRepositoryFile,
  sectionOf,
} from '../fixtures/documents.ts';
import { type Import, importsOf } from './architecture/import-graph.ts';

const DOCUMENTS = REPOSITORY_FILES.filter((path) => path.endsWith('.md')).map(readDocument);
const README = readDocument('README.md');
const CARD = readDocument('models/embedded/README.md');

const SCRIPTS = Object.keys((JSON.parse(readRepositoryFile('package.json')) as { scripts: object }).scripts);
const COMMANDS = [
  'start',
  ...REPOSITORY_FILES.filter((path) => path.startsWith('functions/cli/commands/')).map(
    (path) => path.split('/')[3] ?? '',
  ),
];

const CODE = REPOSITORY_FILES.filter((path) => /^(functions|infra|test)\/.*\.m?[jt]sx?$/.test(path));
const PROGRAM = CODE.filter((path) => !path.startsWith('test/'));

/** A document that says what is not so. */
const wrong = (text: string) => ({ path: 'docs/wrong.md', text });

const fields = z.object({ properties: z.record(z.string(), z.unknown()) });
const objectSchema = z.object({
  properties: z.record(
    z.string(),
    z.object({ items: z.unknown().optional(), additionalProperties: z.unknown().optional() }),
  ),
});

/** Names of the fields that a JSON Schema describes, in its order. */
function fieldsOf(schema: unknown): readonly string[] {
  return Object.keys(fields.parse(schema).properties);
}

/** What a document has at a pattern's groups. */
function figures({ path, text }: { path: string; text: string }, pattern: RegExp): readonly string[] {
  const found = pattern.exec(text.replace(/\s+/g, ' '));
  if (!found) throw new Error(`Expected ${path} to have ${pattern}`);
  return found.slice(1);
}

describe.each(DOCUMENTS.map((document) => [document.path, document] as const))('%s', (_path, document) => {
  it('links to what is there', () => {
    expect(deadLinks(document, readDocument)).toEqual([]);
  });

  it('names paths that are there', () => {
    expect(missingPaths(document)).toEqual([]);
  });

  it('names scripts of package.json', () => {
    expect(missingScripts(document, SCRIPTS)).toEqual([]);
  });

  it('names commands that there are', () => {
    expect(missingCommands(document, COMMANDS)).toEqual([]);
  });

  it('shows files as they are', () => {
    for (const { file, text } of blocksOf(document)) {
      if (file !== undefined) expect(text.trimEnd(), file).toBe(readRepositoryFile(file).trimEnd());
    }
  });

  it('shows label sets that can be used', () => {
    for (const { language, text } of blocksOf(document)) {
      if (language === 'yaml') expect(() => parseLabelSet(parse(text), document.path)).not.toThrow();
    }
  });
});

describe('programs for users', () => {
  it.each([
    ['README.md', 'test/fixtures/package/cdk-app.ts'],
    ['README.md', 'test/fixtures/package/five-lines.ts'],
    ['docs/tagging-from-code.md', 'test/fixtures/package/five-lines.ts'],
  ])('are shown by %s: %s', (path, program) => {
    expect(blocksOf(readDocument(path)).map(({ file }) => file)).toContain(program);
  });

  it('are told of props and members that the construct has', () => {
    const section = sectionOf(readDocument('docs/deploying.md'), 'In your own CDK app');
    const sources = ['infra/options/image-tagger-props.ts', 'infra/constructs/image-tagger.ts'];
    const code = [...sources, 'infra/settings.ts', 'infra/options/tagger-options.ts'].map(readRepositoryFile);
    const names = [...section.matchAll(/`([a-z]\w*)(?:\(\w*\))?`/g)].map(([, name = '']) => name);
    const members = new Set(
      [...code.join('\n').matchAll(/^ {2}(?:readonly |get )?(\w+)[?:(]/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !members.has(name) && !['cliptag', ...COMMANDS].includes(name))).toEqual(
      [],
    );
  });
});

describe('what README says of the embedded model', () => {
  it('finds the right label as often as the model card says', () => {
    const ofAll = /All test pictures[^|]*\| \*\*([\d.]+) %\*\* \| \*\*([\d.]+) %\*\* \|/;
    expect(figures(README, /right one for ([\d.]+) % .*? first five for ([\d.]+) %/)).toEqual(
      figures(CARD, ofAll),
    );
    const notes = readDocument('models/embedded/train/NOTES.md');
    expect(figures(notes, /a head, minutes \| \*\*([\d.]+) \/ ([\d.]+)\*\*/)).toEqual(figures(CARD, ofAll));
  });

  it('has as many right tags as the model card says', () => {
    expect(figures(README, /tags that the general label set shows, ([\d.]+) % are right/)).toEqual(
      figures(CARD, /Of the shown tags ([\d.]+) % are right/),
    );
  });

  it('knows as many labels as the model card says', () => {
    expect(figures(README, /Of ([\d,]+) labels/)).toEqual(
      figures(CARD, /All ([\d,]+) labels to choose from/),
    );
  });
});

describe('what CONTRIBUTING and the architecture say of the code', () => {
  const rooms = PROGRAM.flatMap((path) => /^(?:functions\/[\w-]+|infra)(?=\/)/.exec(path)?.[0] ?? []);
  const folders = [...new Set(rooms)].map((room) => `${room}/`);

  it.each(['CONTRIBUTING.md', 'docs/architecture.md'])('%s names what the code has', (path) => {
    const code = CODE.map(readRepositoryFile).join('\n');
    expect(missingNames(readDocument(path), code)).toEqual([]);
  });

  it('has every room', () => {
    const layout = blocksOf(readDocument('CONTRIBUTING.md')).find(({ text }) =>
      text.startsWith('functions/'),
    );
    for (const folder of folders) expect(layout?.text).toContain(folder);
  });

  it('has the imports of every room', () => {
    const { text } = readDocument('docs/architecture.md');
    const rows = [...text.matchAll(/^\| `((?:functions|infra)[\w./-]*)` \| .* \| ?(.*) ?\|$/gm)].map(
      ([, room = '', cell = '']) => [room, [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)] as const,
    );
    const made = PROGRAM.flatMap((path) => importsOf(path));
    const inTable = rows.map(([room]) => room);
    expect(inTable.toSorted()).toEqual(
      [...folders, 'functions/cliptag.ts', 'functions/config.ts'].toSorted(),
    );
    for (const [room, names] of rows) expect(names, room).toEqual(importedBy(room, made));
  });

  /** The rooms below functions/ that a room imports; what `local` lets others import has its whole name. */
  function importedBy(room: string, made: readonly Import[]): readonly string[] {
    const others = made.filter(
      ({ kind, from, to }) => kind === 'file' && from.startsWith(room) && !to.startsWith(room),
    );
    const names = others.map(({ to }) => {
      const [, name = '', inner = ''] = to.split('/');
      return inner === 'control-api' && name === 'local' ? `${name}/${inner}` : name;
    });
    return [...new Set(names)].sort();
  }
});

describe('tables', () => {
  it('name every command in README', () => {
    const rows = [...README.text.matchAll(/^\| (`[a-z].*?) \|/gm)].map(([, names = '']) => names);
    for (const command of COMMANDS) expect(rows.join('\n')).toMatch(new RegExp(`\`${command}\\b`));
  });

  it('name every field of a label set in its description', () => {
    const document = readDocument('models/labels/README.md');
    const namesBelow = (heading: string) =>
      [...sectionOf(document, heading).matchAll(/^\| `([$\w]+)` \|/gm)].map(([, name]) => name);
    const set = objectSchema.parse(z.toJSONSchema(labelSetSchema, { io: 'input' }));
    expect(namesBelow('Fields of a label set')).toEqual(fieldsOf(set));
    expect(namesBelow('Fields of a label')).toEqual(fieldsOf(set.properties.labels?.items));
    const fit = objectSchema.parse(set.properties.fits?.additionalProperties);
    expect(namesBelow('Fields of a fit')).toEqual(fieldsOf(fit));
    expect(namesBelow("Fields of a label's fit")).toEqual(
      fieldsOf(fit.properties.labels?.additionalProperties),
    );
    expect(namesBelow('Fields of a place in `appliesTo`')).toEqual(fieldsOf(set.properties.appliesTo?.items));
  });
});

describe('what the documents are checked for', () => {
  it('finds them all', () => {
    const paths = DOCUMENTS.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/architecture.md']),
    );
    expect(paths.filter((path) => posix.dirname(path) === 'docs').length).toBeGreaterThan(5);
  });

  it('is dead links: of files, of headings, of pictures', () => {
    const text =
      '# A `b`: c\n[a](deploying.md) [b](gone.md) [c](#a-b-c) [d](#gone) [e](deploying.md#gone) ![f](gone.png)';
    expect(deadLinks(wrong(text), readDocument)).toEqual([
      'gone.md',
      '#gone',
      'deploying.md#gone',
      'gone.png',
    ]);
  });

  it('is missing files, folders and patterns, in prose and in blocks', () => {
    const text = [
      'See `functions/core/gone.ts`, `infra/`, `functions/core/objects/event.ts` and `gone-too.ts`, not /functions/x.',
      '```sh\nnode test/bench/gone.ts test/bench/{bench,gone}.ts test/unit/*-gone.test.ts\n```',
      'Any `functions/cli/commands/NAME/NAME.ts` is there, no `functions/NAME/gone.ts` is.',
    ].join('\n');
    expect(missingPaths(wrong(text))).toEqual([
      'test/bench/gone.ts',
      'test/bench/{bench,gone}.ts',
      'test/unit/*-gone.test.ts',
      'functions/core/gone.ts',
      'functions/NAME/gone.ts',
      'gone-too.ts',
    ]);
  });

  it('is missing scripts and commands', () => {
    const text = '`npm run gone`, `npm test`, `npm start`\n```sh\nnpx cliptag gone\ncliptag tag PATH\n```';
    expect(missingScripts(wrong(text), SCRIPTS)).toEqual(['gone']);
    expect(missingCommands(wrong(text), COMMANDS)).toEqual(['gone']);
  });

  it('is names that no code has', () => {
    const text =
      'Only `labelSetSchema`, `COMMANDS`, `goneSchema` and `GONE_RULES`, not `NAME`, `gone` or `--goneFlag`.';
    expect(missingNames(wrong(text), 'labelSetSchema = COMMANDS')).toEqual(['goneSchema', 'GONE_RULES']);
  });

  it('is blocks that show a file', () => {
    const text = '<!-- a/b.ts -->\n```ts\nconst a = 1;\n```\n\n```sh\nls\n```';
    expect(blocksOf(wrong(text))).toEqual([
      { language: 'ts', text: 'const a = 1;\n', file: 'a/b.ts' },
      { language: 'sh', text: 'ls\n', file: undefined },
    ]);
  });
});
