import { checkNotEmpty } from '../../terminal/flag-checks.ts';
import type { FlagSet, FlagValues } from '../../terminal/flags.ts';
import type { SidecarNaming } from './sidecar-path.ts';
import type { ListForm } from './xmp-names.ts';

/** How sidecars are called and written. */
export interface SidecarStyle {
  readonly naming: SidecarNaming;
  readonly form: ListForm;
}

/**
 * What programs read. Lightroom and Camera Raw look for `photo.xmp`, and only of RAW files (help.adobe.com, "Metadata
 * basics"); darktable, digiKam and Immich for `photo.jpg.xmp` (docs.darktable.org, "sidecar
 * files"; docs.immich.app, "XMP Sidecars"); PhotoPrism finds both, and reads keywords of a sequence only
 * (`internal/meta/xmp_document.go`, read in November 2026).
 */
const STYLES = {
  any: { naming: 'full', form: 'Bag' },
  lightroom: { naming: 'base', form: 'Bag' },
  photoprism: { naming: 'full', form: 'Seq' },
} as const satisfies Readonly<Record<string, SidecarStyle>>;

type Program = keyof typeof STYLES;
const PROGRAMS = Object.keys(STYLES) as Program[];

/** Flags of every command that writes sidecars with `--xmp`. */
export const SIDECAR_FLAGS = {
  for: {
    type: 'string',
    value: 'PROGRAM',
    about: `The sidecars' reader: any (photo.jpg.xmp), lightroom (photo.xmp) or photoprism. Default: any.`,
    check: (value: string) => (isProgram(value) ? undefined : PROGRAMS.join(', ')),
    completes: PROGRAMS,
  },
  root: {
    type: 'string',
    value: 'WORD',
    about:
      'With --xmp: the keyword that all stand below, in programs that have a tree of them. Default: none.',
    check: checkNotEmpty,
  },
} as const satisfies FlagSet;

export type SidecarFlags = FlagValues<typeof SIDECAR_FLAGS>;

/** The style of the program that is named. */
export function sidecarStyle({ for: program = 'any' }: SidecarFlags): SidecarStyle {
  return STYLES[isProgram(program) ? program : 'any'];
}

/** What is wrong with flags for sidecars where none are written. */
export function sidecarFlagFaults(
  flags: SidecarFlags & { readonly xmp?: string | boolean },
): readonly string[] {
  if (flags.xmp !== undefined) return [];
  return (['for', 'root'] as const)
    .filter((name) => flags[name] !== undefined)
    .map((name) => `--${name} needs --xmp`);
}

function isProgram(text: string): text is Program {
  return PROGRAMS.some((program) => program === text);
}
