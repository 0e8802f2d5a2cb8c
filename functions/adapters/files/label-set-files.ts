import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { InvalidInput } from '../../core/errors.ts';
import { type LabelSet, parseLabelSet } from '../../core/labels/label-set.ts';

const EXTENSIONS = ['.yaml', '.yml', '.json'];

export interface LabelSetFile {
  readonly path: string;
  readonly labelSet: LabelSet;
}

/**
 * The label sets in files (.yaml, .yml, .json) and folders of such files (those directly in it, by name).
 * A file that is named twice is read once.
 *
 * @throws {InvalidInput} with all faults of all files, each with the file's path
 */
export async function readLabelSets(paths: readonly string[]): Promise<readonly LabelSet[]> {
  return (await readLabelSetFiles(paths)).map(({ labelSet }) => labelSet);
}

/** As {@link readLabelSets}, each label set with the file that it comes from. */
export async function readLabelSetFiles(paths: readonly string[]): Promise<readonly LabelSetFile[]> {
  const faults: string[] = [];
  const files = new Map<string, string>();
  for (const path of paths) {
    for (const file of await filesAt(path, faults)) files.set(resolve(file), file);
  }
  const fileOf = new Map<string, string>();
  const found: LabelSetFile[] = [];
  for (const path of files.values()) {
    const labelSet = await readLabelSet(path, faults);
    if (!labelSet) continue;
    const earlier = fileOf.get(labelSet.name);
    if (earlier)
      faults.push(
        `${path}: Expected a name of its own, but "${labelSet.name}" is the label set in ${earlier}`,
      );
    fileOf.set(labelSet.name, path);
    found.push({ path, labelSet });
  }
  if (faults.length > 0) throw new InvalidInput('The label sets cannot be used', faults);
  return found;
}

async function filesAt(path: string, faults: string[]): Promise<readonly string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    faults.push(`${path}: Expected a label set file or a folder of them${obstacle(error)}`);
  });
  if (found?.isDirectory()) return filesIn(path, faults);
  if (found && isLabelSetFile(path)) return [path];
  if (found) faults.push(`${path}: Expected a file that ends in ${EXTENSIONS.join(', ')}`);
  return [];
}

async function filesIn(folder: string, faults: string[]): Promise<readonly string[]> {
  const all = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    faults.push(`${folder}: Expected a readable folder${obstacle(error)}`);
  });
  const names = (all ?? []).filter(isLabelSetFile).sort();
  if (all && names.length === 0)
    faults.push(`${folder}: Expected a file that ends in ${EXTENSIONS.join(', ')} in it`);
  return names.map((name) => join(folder, name));
}

function isLabelSetFile(path: string): boolean {
  return EXTENSIONS.includes(extname(path).toLowerCase());
}

function obstacle({ code, message }: NodeJS.ErrnoException): string {
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return isMissing ? ', but there is nothing' : ` but received ${code ?? message}`;
}

async function readLabelSet(file: string, faults: string[]): Promise<LabelSet | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    faults.push(`${file}: Expected a readable file${obstacle(error)}`);
  });
  if (text === undefined) return undefined;
  try {
    return parseLabelSet(await parseText(text), file);
  } catch (error) {
    const found = error instanceof InvalidInput ? error.faults : [String(error)];
    faults.push(...found.map((fault) => `${file}: ${fault}`));
    return undefined;
  }
}

/**
 * JSON is a part of YAML 1.2, which tells line and column of every fault; where there is none, JSON.parse is 100 times
 * faster, and what reads YAML is not even loaded.
 */
async function parseText(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parseYaml } = await import('./yaml-text.ts');
    return parseYaml(text);
  }
}
