import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** One import of a file: another file by its path in the repository, or a package. */
export type Import =
  | { readonly kind: 'file'; readonly from: string; readonly to: string }
  | { readonly kind: 'package'; readonly from: string; readonly to: string };

/** `import … from`, `export … from` and `import '…'` at the start of a line; types count as well. */
const STATEMENT = /^(?:import|export)\b(?:[^'"`;]*?\bfrom\s*)?\s*['"]([^'"]+)['"]/gm;
/** `import('…')`, of a module or of a type, and `new URL('….mjs', import.meta.url)`: a program that is started. */
const CALL =
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"]([^'"]+\.m?[jt]s)['"],\s*import\.meta\.url\)/g;

/** Every import of a file, type-only ones and those that are made at run time included. */
export function importsOf(from: string, text: string = readFileSync(from, 'utf8')): readonly Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const specifiers = [...code.matchAll(STATEMENT), ...code.matchAll(CALL)].map(
    ([, module, program = '']) => module ?? relative(program),
  );
  return [...new Set(specifiers)].map((specifier) =>
    specifier.startsWith('.')
      ? { kind: 'file', from, to: posix.join(posix.dirname(from), specifier) }
      : { kind: 'package', from, to: packageOf(specifier) },
  );
}

function relative(program: string): string {
  return program.startsWith('.') ? program : `./${program}`;
}

/** `@aws-sdk/client-s3` of `@aws-sdk/client-s3/dist`; a module of Node's own keeps its whole name. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The nodes of each circle of a graph: its strongly connected components of more than one node, or with a loop. */
export function circlesOf(arrows: Iterable<readonly [string, string]>): readonly (readonly string[])[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of arrows) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const other of next.get(node) ?? []) {
        if (!seen.has(other)) open.push(other);
        seen.add(other);
      }
    }
    return seen;
  };
  const reach = new Map([...next.keys()].map((node) => [node, reachable(node)]));
  const circles = new Map<string, readonly string[]>();
  for (const [node, others] of reach) {
    if (!others.has(node)) continue;
    const members = [...others].filter((other) => reach.get(other)?.has(node)).sort();
    circles.set(members.join('\n'), members);
  }
  return [...circles.values()];
}
