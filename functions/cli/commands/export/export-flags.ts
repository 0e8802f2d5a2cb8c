import { checkCount, checkNotEmpty, checkScore } from '../../../terminal/flag-checks.ts';
import type { FlagSet, FlagValues } from '../../../terminal/flags.ts';
import { SEARCH_PLACE_FLAGS, searchPlaceFaults } from '../../search/search-flags.ts';
import { SIDECAR_FLAGS, sidecarFlagFaults } from '../../sidecars/sidecar-flags.ts';

export const EXPORT_FLAGS = {
  csv: { type: 'boolean', about: 'As CSV (RFC 4180): a row for each image.' },
  'csv-tags': { type: 'boolean', about: 'As CSV: a row for each tag of each image.' },
  excel: {
    type: 'boolean',
    about:
      'CSV that Excel opens: with a mark of UTF-8, and with an apostrophe before what it would take for a formula.',
  },
  jsonl: { type: 'boolean', about: 'As JSON, one image a line.' },
  parquet: { type: 'boolean', about: 'As Apache Parquet, with a list of tags in each row.' },
  output: {
    type: 'string',
    value: 'FILE',
    about: 'Where that is written, whole or not at all. Default: standard output.',
    check: checkNotEmpty,
  },
  xmp: {
    type: 'string',
    value: 'FOLDER',
    about:
      'As XMP sidecars: for each image, by its key, a file in this folder. Those that are there are merged.',
    check: checkNotEmpty,
  },
  ...SIDECAR_FLAGS,
  'by-bucket': { type: 'boolean', about: 'With --xmp: a folder for each bucket, FOLDER/BUCKET/KEY.' },
  set: {
    type: 'string',
    multiple: true,
    value: 'SET',
    about: 'Only tags of this label set. Default: of all.',
    check: checkNotEmpty,
    completes: 'label sets',
  },
  'min-score': {
    type: 'string',
    value: 'S',
    about: 'Only tags with this score, 0 to 1, or a higher one. Default: 0.',
    check: checkScore,
  },
  top: { type: 'string', value: 'N', about: 'Only the N best tags of each image.', check: checkCount },
  ...SEARCH_PLACE_FLAGS,
} as const satisfies FlagSet;

export type ExportFlags = FlagValues<typeof EXPORT_FLAGS>;

const FORMATS = ['csv', 'csv-tags', 'jsonl', 'parquet', 'xmp'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** The format that is asked for, once {@link exportFaults} has found nothing. */
export function formatOf(flags: ExportFlags): ExportFormat {
  return FORMATS.find((format) => flags[format] !== undefined) ?? 'csv';
}

/** What is wrong with flags that do not go together. */
export function exportFaults(flags: ExportFlags): readonly string[] {
  const given = FORMATS.filter((format) => flags[format] !== undefined);
  const isCsv = flags.csv || flags['csv-tags'];
  return [
    ...(given.length === 1
      ? []
      : [
          `expected one of ${FORMATS.map((format) => `--${format}`).join(', ')} but received ${given.length === 0 ? 'none' : given.map((format) => `--${format}`).join(', ')}`,
        ]),
    ...(flags.excel && !isCsv ? ['--excel needs --csv or --csv-tags'] : []),
    ...(flags.xmp !== undefined && flags.output !== undefined
      ? ['--output does not go with --xmp FOLDER']
      : []),
    ...(flags['by-bucket'] && flags.xmp === undefined ? ['--by-bucket needs --xmp'] : []),
    ...(flags.parquet && flags.output === undefined && process.stdout.isTTY
      ? ['--parquet needs --output FILE: a terminal shows no such file']
      : []),
    ...sidecarFlagFaults(flags),
    ...searchPlaceFaults(flags),
  ];
}
