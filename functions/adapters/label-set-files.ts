import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { InvalidInput } from '../core/errors.ts';
import { type LabelSet, parseLabelSet } from '../core/label-set.ts';

const EXTENSIONS = ['.yaml', '.yml', '.json'];

/**
 * The label sets in files (.yaml, .yml, .json) and folders of such files (those directly in it, by name).
 * A file that is named twice is read once.
 *
 * @throws {InvalidInput} with all faults of all files, each with the file's path
 */
export async function readLabelSets(paths: readonly string[]): Promise<readonly LabelSet[]> {
  const faults: string[] = [];
  const files = new Map<string, string>();
  for (const path of paths) {
    for (const file of await filesAt(path, faults)) files.set(resolve(file), file);
  }
  const fileOf = new Map<string, string>();
  const labelSets: LabelSet[] = [];
  for (const file of files.values()) {
    const labelSet = await readLabelSet(file, faults);
    if (!labelSet) continue;
    const earlier = fileOf.get(labelSet.name);
    if (earlier)
      faults.push(
        `${file}: Expected a name of its own, but "${labelSet.name}" is the label set in ${earlier}`,
      );
    fileOf.set(labelSet.name, file);
    labelSets.push(labelSet);
  }
  if (faults.length > 0) throw new InvalidInput('The label sets cannot be used', faults);
  return labelSets;
}

async function filesAt(path: string, faults: string[]): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) faults.push(`${path}: Expected a label set file or a folder of them, but there is nothing`);
  else if (found.isDirectory()) return filesIn(path, faults);
  else if (isLabelSetFile(path)) return [path];
  else faults.push(`${path}: Expected a file that ends in ${EXTENSIONS.join(', ')}`);
  return [];
}

async function filesIn(folder: string, faults: string[]): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter(isLabelSetFile).sort();
  if (names.length === 0)
    faults.push(`${folder}: Expected a file that ends in ${EXTENSIONS.join(', ')} in it`);
  return names.map((name) => join(folder, name));
}

function isLabelSetFile(path: string): boolean {
  return EXTENSIONS.includes(extname(path).toLowerCase());
}

async function readLabelSet(file: string, faults: string[]): Promise<LabelSet | undefined> {
  try {
    return parseLabelSet(parseText(await readFile(file, 'utf8')), file);
  } catch (error) {
    const found = error instanceof InvalidInput ? error.faults : [String(error)];
    faults.push(...found.map((fault) => `${file}: ${fault}`));
    return undefined;
  }
}

/** JSON is a part of YAML 1.2, which tells line and column of every fault; where there is none, JSON.parse is 100 times faster. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseYaml(text);
  }
}

/** @throws {InvalidInput} with every syntax error */
function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length === 0) return document.toJS();
  const faults = document.errors.map(({ message, pos: [offset] }) => {
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}: ${message}`;
  });
  throw new InvalidInput('Not YAML', faults);
}
