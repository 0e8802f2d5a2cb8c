import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isPlainObject } from '../../core/document.ts';
import { CliptagError, InvalidInput } from '../../core/errors.ts';
import { type LabelSetFit, type LabelSetFits, parseFits } from '../../core/labels/label-set-fit.ts';
import { writeAtomically } from './atomic-write.ts';
import { locked } from './file-lock.ts';
import { type FilePath, filePath, pathName } from './file-path.ts';
import { fitFileText } from './fit-file-text.ts';
import { readUtf8 } from './utf8-text.ts';

/** Endings of label set files. */
export const LABEL_SET_EXTENSIONS = ['.yaml', '.yml', '.json'];
const FIT_ENDING = '.fits.json';

/** Whether a file holds the fits of the label set beside it, by its name. */
export function isFitFile(path: FilePath): boolean {
  return path.toString().toLowerCase().endsWith(FIT_ENDING);
}

/**
 * The file with what was fitted to a label set, beside the label set's own.
 *
 * @example
 * fitFileOf('labels/mine.yaml') // labels/mine.fits.json
 */
export function fitFileOf(labelSetPath: FilePath): FilePath {
  return withEnding(labelSetPath, FIT_ENDING);
}

/**
 * What was fitted to the label set in a file, by model digest; undefined where nothing was.
 *
 * @throws {InvalidInput} with every fault of the file, or when it stands beside two label sets
 */
export async function readFits(labelSetPath: FilePath): Promise<LabelSetFits | undefined> {
  const path = fitFileOf(labelSetPath);
  const text = await textAt(path);
  if (text === undefined) return undefined;
  const name = pathName(path);
  await requireOneLabelSet(labelSetPath);
  try {
    return parseFits(JSON.parse(text), name);
  } catch {
    // JSON is a part of YAML 1.2, which tells line and column of every fault.
    const { parseYaml } = await import('./yaml-text.ts');
    const { value, placeOf } = parseYaml(text);
    return parseFits(value, name, placeOf);
  }
}

/** As {@link changeFit}, whatever the fit before. */
export function writeFit(
  labelSetPath: FilePath,
  modelDigest: string,
  fit: Omit<LabelSetFit, 'version'>,
): Promise<LabelSetFit> {
  return changeFit(labelSetPath, modelDigest, () => fit);
}

/**
 * Puts a fit in place of the one that the label set has with this model; those with other models stay. Its version counts
 * one more than the one before; one that says the same as before, whenever it was made, leaves it as it is.
 *
 * @param change makes the new fit of the one before; called again when another process has written meanwhile
 * @returns the fit as it was written
 * @throws {CliptagError} `not-writable` where the folder cannot be written to, or is that of an installed package
 * @throws {InvalidInput} when the file with the fits is damaged, when the label set has fits within its own file, or when
 *   the new fit is none
 */
export function changeFit(
  labelSetPath: FilePath,
  modelDigest: string,
  change: (before: LabelSetFit | undefined) => Omit<LabelSetFit, 'version'>,
): Promise<LabelSetFit> {
  return alone(labelSetPath, async () => {
    const fits = await changed(labelSetPath, (before) => {
      const own = fitIn(before, modelDigest);
      const fit = change(own);
      if (own && saysTheSame(own, fit)) return before;
      return { ...before, [modelDigest]: { ...fit, version: (own?.version ?? 0) + 1 } };
    });
    return fits[modelDigest] as LabelSetFit;
  });
}

/**
 * Takes away what was fitted to a label set with a model; what was with other models stays.
 *
 * @returns whether there was any
 * @throws as {@link changeFit}
 */
export function removeFit(labelSetPath: FilePath, modelDigest: string): Promise<boolean> {
  return alone(labelSetPath, async () => {
    if (!fitIn((await readFits(labelSetPath)) ?? {}, modelDigest)) return false;
    await changed(labelSetPath, ({ [modelDigest]: _removed, ...others }) => others);
    return true;
  });
}

function saysTheSame(a: Omit<LabelSetFit, 'version'>, b: Omit<LabelSetFit, 'version'>): boolean {
  const said = (fit: Omit<LabelSetFit, 'version'>) => ({ ...fit, version: undefined, fittedAt: undefined });
  return isDeepStrictEqual(JSON.parse(JSON.stringify(said(a))), JSON.parse(JSON.stringify(said(b))));
}

function fitIn(fits: LabelSetFits, modelDigest: string): LabelSetFit | undefined {
  return Object.hasOwn(fits, modelDigest) ? fits[modelDigest] : undefined;
}

/** One change at a time, of this process and of others. */
function alone<Result>(labelSetPath: FilePath, work: () => Promise<Result>): Promise<Result> {
  return inTurn(labelSetPath, () => locked(fitFileOf(labelSetPath), work));
}

/** One change of a file at a time. */
const turns = new Map<string, Promise<unknown>>();

function inTurn<Result>(labelSetPath: FilePath, work: () => Promise<Result>): Promise<Result> {
  const path = pathName(labelSetPath);
  const turn = (turns.get(path) ?? Promise.resolve()).then(work, work);
  turns.set(path, turn);
  return turn.finally(() => {
    if (turns.get(path) === turn) turns.delete(path);
  });
}

/** @returns the fits as they were written */
async function changed(
  labelSetPath: FilePath,
  change: (before: LabelSetFits) => LabelSetFits,
): Promise<LabelSetFits> {
  await requireOwnFile(labelSetPath);
  await requireNoFitsWithin(labelSetPath);
  const named = fitFileOf(labelSetPath);
  // A link stays one.
  const path = typeof named === 'string' ? await realpath(named).catch(() => named) : named;
  for (;;) {
    const text = await textAt(path);
    const fits = change((await readFits(labelSetPath)) ?? {});
    const checked = parseFits({ fits }, pathName(named));
    if ((await textAt(path)) !== text) continue;
    const write = Object.keys(checked).length > 0 ? writeAtomically(path, fitFileText(checked)) : rm(path);
    await write.catch((cause: NodeJS.ErrnoException) => {
      throw notWritable(named, `(${cause.code ?? cause.message})`, cause);
    });
    return checked;
  }
}

/** Packages are replaced as a whole when they are installed anew, and what was written into them is lost. */
async function requireOwnFile(labelSetPath: FilePath): Promise<void> {
  const real = await realpath(labelSetPath);
  if (real.split(sep).includes('node_modules'))
    throw notWritable(fitFileOf(labelSetPath), 'into an installed package');
}

function notWritable(path: FilePath, why: string, cause?: unknown): CliptagError {
  const text = `Expected to write ${pathName(path)} but cannot ${why}: copy the label set to a folder of your own, and use it there`;
  return new CliptagError('not-writable', text, { cause });
}

async function requireNoFitsWithin(labelSetPath: FilePath): Promise<void> {
  const text = await readUtf8(labelSetPath);
  if (!text.includes('fits')) return;
  const { parseYaml } = await import('./yaml-text.ts');
  const { value } = parseYaml(text);
  if (isPlainObject(value) && value.fits !== undefined)
    throw new InvalidInput(`${pathName(labelSetPath)} cannot be fitted`, [fitsWithin(labelSetPath)]);
}

/** What is wrong with a label set that has fits of its own and a file of them. */
export function fitsWithin(labelSetPath: FilePath): string {
  return `fits: Expected them in ${pathName(fitFileOf(labelSetPath))} alone, but the label set has some of its own`;
}

async function requireOneLabelSet(labelSetPath: FilePath): Promise<void> {
  const paths = LABEL_SET_EXTENSIONS.map((ending) => withEnding(labelSetPath, ending));
  const found = await Promise.all(paths.map(async (path) => ((await isThere(path)) ? [pathName(path)] : [])));
  const names = found.flat();
  if (names.length < 2) return;
  throw new InvalidInput(`${pathName(fitFileOf(labelSetPath))} cannot be used`, [
    `Expected one label set beside it but received ${names.join(' and ')}: give each a name of its own`,
  ]);
}

async function isThere(path: FilePath): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Undefined where there is no file. */
async function textAt(path: FilePath): Promise<string | undefined> {
  const isThere = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InvalidInput(`${pathName(path)} cannot be read`, [
      `Expected a readable file but received ${error.code ?? error.message}`,
    ]);
  });
  return isThere && readUtf8(path);
}

/** A path with another ending, to the byte. */
function withEnding(path: FilePath, ending: string): FilePath {
  const bytes = Buffer.from(path);
  const dot = bytes.lastIndexOf('.');
  return filePath(Buffer.concat([bytes.subarray(0, dot), Buffer.from(ending)]));
}
