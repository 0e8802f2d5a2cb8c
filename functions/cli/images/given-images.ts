import { UsageError } from '../../terminal/exit-code.ts';
import type { FlagSet } from '../../terminal/flags.ts';
import { type ImagePath, type ImagePaths, imagePathsIn, listedImagePaths } from './image-paths.ts';
import { type LeftOut, mergedLeftOut } from './left-out.ts';
import { readStandardInput, STANDARD_INPUT } from './standard-input.ts';

/** The flag of commands that take paths, `-` among them. */
export const NULL_FLAG = {
  null: {
    type: 'boolean',
    short: '0',
    about: 'Paths in standard input end with NUL, as find -print0 has it.',
  },
} as const satisfies FlagSet;

/** What is wrong with paths of which `-` is standard input. */
export function givenImagesFaults(
  operands: readonly string[],
  isNull: boolean | undefined,
): readonly string[] {
  const times = operands.filter((operand) => operand === STANDARD_INPUT).length;
  if (times > 1) return ['expected - once: standard input is read once'];
  return isNull && times === 0 ? ['--null needs -, which stands for standard input'] : [];
}

/**
 * The images that the operands of a command name: files, folders, and for `-` those that standard input names, or the
 * picture that it is.
 *
 * @throws {UsageError} as {@link imagePathsIn} does; a path of standard input that is missing is a broken image
 */
export async function givenImages(operands: readonly string[], isNull = false): Promise<ImagePaths> {
  const at = operands.indexOf(STANDARD_INPUT);
  if (at < 0) return imagePathsIn(operands);
  const parts = [
    await imagePathsIn(operands.slice(0, at)),
    await pipedImages(isNull),
    await imagePathsIn(operands.slice(at + 1)),
  ];
  return {
    paths: parts.flatMap(({ paths }): readonly ImagePath[] => paths),
    leftOut: mergedLeftOut(parts.map(({ leftOut }): LeftOut => leftOut)),
  };
}

async function pipedImages(isNull: boolean): Promise<ImagePaths> {
  const input = await readStandardInput(isNull);
  return input.kind === 'paths' ? listedImagePaths(input.paths) : pipedPicture(input.bytes);
}

async function pipedPicture(bytes: Uint8Array): Promise<ImagePaths> {
  return { paths: [{ path: STANDARD_INPUT, bytes }], leftOut: mergedLeftOut([]) };
}

/**
 * The picture in standard input.
 *
 * @throws {UsageError} when it is none
 */
export async function pipedPictureBytes(): Promise<Uint8Array> {
  const input = await readStandardInput(false);
  if (input.kind === 'picture') return input.bytes;
  throw new UsageError(['expected the bytes of a picture in standard input']);
}
