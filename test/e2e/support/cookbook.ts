import { type Block, blocksOf, readDocument } from '../../fixtures/documents.ts';

interface Cookbook {
  /** What stands below a heading in a block of a language, the first one or the one that has some text. */
  recipe(heading: string, language: string, has?: string): string;
  /** Blocks that nobody has asked for. */
  rest(): readonly Block[];
}

/** docs/cookbook.md, whose recipes are all to be run. */
function openCookbook(): Cookbook {
  const document = readDocument('docs/cookbook.md');
  const sections = document.text.split(/^(?=##+ )/m).map((text) => {
    const [, heading = ''] = /^##+ (.+)$/m.exec(text) ?? [];
    return { heading, blocks: blocksOf({ ...document, text }) };
  });
  const taken = new Set<Block>();
  return {
    recipe(heading, language, has = '') {
      const { blocks = [] } = sections.find((section) => section.heading === heading) ?? {};
      const found = blocks.find((block) => block.language === language && block.text.includes(has));
      if (!found)
        throw new Error(`Expected the cookbook to have ${language} with "${has}" below "${heading}"`);
      taken.add(found);
      return found.text;
    },
    rest: () => sections.flatMap(({ blocks }) => blocks).filter((block) => !taken.has(block)),
  };
}

const { recipe, rest } = openCookbook();

/** All recipes: what is here is run by a test, and what is not here fails one. */
export const RECIPES = {
  localEnv: recipe('Before you begin', 'sh', 'local.env'),
  stackEnv: recipe('Before you begin', 'sh', 'stack.env'),
  upload: recipe('Pictures with a label', 'sh'),
  awsCli: recipe('AWS CLI', 'sh'),
  curlSearch: recipe('curl', 'sh', 'api/v1'),
  curlTable: recipe('curl', 'sh', 'DynamoDB_20120810'),
  python: recipe('Python', 'python'),
  javascript: recipe('JavaScript', 'js'),
  go: recipe('Go', 'go'),
  records: recipe('The table', 'sh'),
  shards: recipe('Shards', 'sh'),
  nightly: recipe('Tag a folder every night', 'sh'),
  crontab: recipe('Tag a folder every night', 'crontab'),
  cors: recipe('Tag what a form uploads', 'sh'),
  formServer: recipe('Tag what a form uploads', 'js'),
  formPage: recipe('Tag what a form uploads', 'html'),
  notify: recipe('Notify a webhook', 'js', 'notify.mjs\n'),
  notifyHere: recipe('Notify a webhook', 'sh'),
  notifyApp: recipe('Notify a webhook', 'js', 'notify-app.mjs:'),
  nextSearch: recipe('Next.js', 'js', 'api/search'),
  nextTag: recipe('Next.js', 'js', 'api/tag'),
  nextConfig: recipe('Next.js', 'js', 'next.config'),
  exported: recipe('Keywords and tables', 'sh', 'npx'),
  embedded: recipe('Keywords and tables', 'sh', 'exiftool'),
} as const;

/** Blocks that are none of them. */
export const UNTRIED: readonly Block[] = rest();

/** What a program says in its first line of how it is run. */
export function usageOf(program: string): string {
  const [, usage] = /^(?:#|\/\/) \S+: (.+)\n/.exec(program) ?? [];
  if (usage === undefined) throw new Error('Expected a program that says in its first line how it is run');
  return usage;
}

/** Lines of a score and a key. */
export function scoresIn(printed: string): readonly (readonly string[])[] {
  const lines = printed.trimEnd().split('\n');
  return lines.map((line) => [/^\S+/.exec(line)?.[0] ?? '', line.replace(/^\S+\s/, '')]);
}
