import { readdir, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { isPlainObject } from '../../core/document.ts';
import { InvalidInput } from '../../core/errors.ts';
import { type LabelSet, parseLabelSet } from '../../core/labels/label-set.ts';
import type { FindPlace } from '../../core/labels/written-place.ts';
import { type FilePath, filePath, pathIn, pathName } from './file-path.ts';
import { fitFileOf, fitsWithin, isFitFile, LABEL_SET_EXTENSIONS, readFits } from './fit-file.ts';
import { readUtf8 } from './utf8-text.ts';

export interface LabelSetFile {
  readonly path: string;
  readonly labelSet: LabelSet;
}

/** What a user may want to know of label sets that can be used. */
export type LabelSetRemark = (remark: string) => void;

/**
 * The label sets in files (.yaml, .yml, .json) and folders of such files (those directly in it, by name), each with what
 * was fitted to it, which stands in a file beside it (`fits.json` in place of its ending). A file that is named twice is
 * read once.
 *
 * @throws {InvalidInput} with all faults of all files, each with the file's path
 */
export async function readLabelSets(
  paths: readonly string[],
  remark?: LabelSetRemark,
): Promise<readonly LabelSet[]> {
  return (await readLabelSetFiles(paths, remark)).map(({ labelSet }) => labelSet);
}

/** As {@link readLabelSets}, each label set with the file that it comes from. */
export async function readLabelSetFiles(
  paths: readonly string[],
  remark: LabelSetRemark = () => {},
): Promise<readonly LabelSetFile[]> {
  const faults: string[] = [];
  const files = new Map<string, FilePath>();
  for (const path of paths) {
    for (const file of await filesAt(path, faults, remark)) files.set(resolve(pathName(file)), file);
  }
  const fileOf = new Map<string, string>();
  const found: LabelSetFile[] = [];
  for (const file of files.values()) {
    const path = pathName(file);
    const labelSet = await readLabelSet(file, faults, remark);
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

async function filesAt(path: string, faults: string[], remark: LabelSetRemark): Promise<readonly FilePath[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    faults.push(`${path}: Expected a label set file or a folder of them${obstacle(error)}`);
  });
  if (found?.isDirectory()) return filesIn(path, faults, remark);
  if (found && isFitFile(path)) {
    faults.push(
      `${path}: Expected a label set but received what was fitted to one: name the label set beside it`,
    );
  } else if (found && isLabelSetFile(path)) return [path];
  else if (found) faults.push(`${path}: Expected a file that ends in ${ENDINGS}`);
  return [];
}

/** By name; hidden files, such as a Mac's notes on others, are none of the user's. */
async function filesIn(
  folder: string,
  faults: string[],
  remark: LabelSetRemark,
): Promise<readonly FilePath[]> {
  const all = await readdir(folder, { encoding: 'buffer' }).catch((error: NodeJS.ErrnoException) => {
    faults.push(`${folder}: Expected a readable folder${obstacle(error)}`);
  });
  const visible = (all ?? []).filter((name) => isLabelSetFile(name.toString()) && name[0] !== DOT);
  const names = visible.filter((name) => !isFitFile(name));
  const fitted = new Set(names.map((name) => fitFileOf(name).toString()));
  for (const name of visible.filter((one) => isFitFile(one) && !fitted.has(one.toString()))) {
    remark(`${pathName(pathIn(folder, filePath(name)))} is not used: there is no label set beside it`);
  }
  if (all && names.length === 0) faults.push(`${folder}: Expected a file that ends in ${ENDINGS} in it`);
  return names.sort((a, b) => a.compare(b)).map((name) => pathIn(folder, filePath(name)));
}

const DOT = 0x2e;
const ENDINGS = LABEL_SET_EXTENSIONS.join(', ');

function isLabelSetFile(path: string): boolean {
  return LABEL_SET_EXTENSIONS.includes(extname(path).toLowerCase());
}

function obstacle({ code, message }: NodeJS.ErrnoException): string {
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return isMissing ? ', but there is nothing' : ` but received ${code ?? message}`;
}

async function readLabelSet(
  file: FilePath,
  faults: string[],
  remark: LabelSetRemark,
): Promise<LabelSet | undefined> {
  const path = pathName(file);
  try {
    const labelSet = await parseText(await readUtf8(file), path, (note) => remark(`${path}: ${note}`));
    return await withFitsBeside(labelSet, file, faults);
  } catch (error) {
    faults.push(...faultsOf(error).map((fault) => `${path}: ${fault}`));
    return undefined;
  }
}

/** The label set itself, so that what is known of its spellings stays with it. */
async function withFitsBeside(labelSet: LabelSet, file: FilePath, faults: string[]): Promise<LabelSet> {
  try {
    const fits = await readFits(file);
    if (fits && labelSet.fits) faults.push(`${pathName(file)}: ${fitsWithin(file)}`);
    return fits ? Object.assign(labelSet, { fits }) : labelSet;
  } catch (error) {
    faults.push(...faultsOf(error).map((fault) => `${pathName(fitFileOf(file))}: ${fault}`));
    return labelSet;
  }
}

/** @throws the error itself when it is the program's and not the file's */
function faultsOf(error: unknown): readonly string[] {
  if (error instanceof InvalidInput) return error.faults;
  if (!(error instanceof Error && 'syscall' in error)) throw error;
  return [`Expected a readable file${obstacle(error as NodeJS.ErrnoException)}`];
}

/** In JSON, a version that is no plain whole number may be another text than what JSON.parse makes of it. */
const DOUBTFUL_VERSION = /"version"\s*:\s*(?!-?\d{1,15}\s*[,}])[-\d]/;

/**
 * JSON is a part of YAML 1.2, which tells line and column of every fault; where there is none, JSON.parse is 100 times
 * faster, and what reads YAML is not even loaded.
 */
async function parseText(text: string, path: string, remark: LabelSetRemark): Promise<LabelSet> {
  if (!DOUBTFUL_VERSION.test(text)) {
    try {
      return parseLabelSet(JSON.parse(text), path);
    } catch {
      // Told below, with its place.
    }
  }
  const { parseYaml } = await import('./yaml-text.ts');
  const { value, placeOf } = parseYaml(text);
  return parseLabelSet(withWrittenVersion(value, placeOf, remark), path, placeOf);
}

/** A version is a text to who writes it: 1.10 comes after 1.9 and is not 1.1. */
function withWrittenVersion(value: unknown, placeOf: FindPlace, remark: LabelSetRemark): unknown {
  if (!isPlainObject(value) || typeof value.version !== 'number') return value;
  const version = placeOf(['version'])?.text ?? String(value.version);
  if (version === String(value.version)) return value;
  remark(
    `version ${version} would be the number ${value.version} and is taken as it is written; in quotes, "${version}", it is a text`,
  );
  return { ...value, version };
}
