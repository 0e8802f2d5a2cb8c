import { printable } from '../../functions/core/printable.ts';
import { columns } from '../../functions/terminal/columns.ts';
import type { CollectionReport, Finding } from './collection.ts';

const HEADS = [
  'Collection',
  'Pictures',
  'Tagged',
  'Unsupported',
  'Failed',
  'Compared',
  'Known to differ',
  'Wrong',
];

/** A row for each collection, in Markdown, as docs/formats.md has it. */
export function reportTable(reports: readonly CollectionReport[]): readonly string[] {
  const rows = [HEADS, HEADS.map(() => '---'), ...reports.map(row)];
  return columns(rows.map((cells) => [...cells.map((cell) => `| ${cell}`), '|']));
}

function row(report: CollectionReport): readonly string[] {
  const { name, pictures, tagged, unsupported, failed, compared, knownDifferences, faults } = report;
  const figures = [pictures, tagged, unsupported, failed, compared, knownDifferences.length, faults.length];
  return [name, ...figures.map(String)];
}

const HEADINGS = {
  faults: 'wrong',
  knownDifferences: 'known to differ',
  missed: 'read by the reference, failed in Cliptag',
  unproved: 'tagged, but the reference does not read it',
  unsupportedKinds: 'unsupported',
} as const;

/** Every picture of a collection that is worth a look, below its heading; those of one reason in one line. */
export function findingsText(report: CollectionReport): readonly string[] {
  return Object.entries(HEADINGS).flatMap(([kind, heading]) => {
    const findings = report[kind as keyof typeof HEADINGS];
    return findings.length === 0 ? [] : [`${report.name}, ${heading}:`, ...linesOf(findings), ''];
  });
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  const paths = new Map<string, string[]>();
  for (const { path, text } of findings) paths.set(text, [...(paths.get(text) ?? []), path]);
  return Array.from(paths, ([text, of]) => {
    const more = of.length > SHOWN_PATHS ? [`and ${of.length - SHOWN_PATHS} more`] : [];
    return `  ${printable(text)}: ${[...of.slice(0, SHOWN_PATHS).map(printable), ...more].join(', ')}`;
  });
}

const SHOWN_PATHS = 5;
