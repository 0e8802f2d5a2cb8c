import type { LabelSetFit, LabelSetFits } from '../../core/labels/label-set-fit.ts';

/** JSON with a line for each label, in the order of their names: a diff shows which labels have changed. */
export function fitFileText(fits: LabelSetFits): string {
  const models = inOrder(fits).map(([digest, fit]) => `    ${JSON.stringify(digest)}: ${fitText(fit)}`);
  return `{\n  "fits": {\n${models.join(',\n')}\n  }\n}\n`;
}

function fitText({ version, labels, ...rest }: LabelSetFit): string {
  const lines = inOrder(labels).map((entry) => `        ${entryText(entry)}`);
  const known = Object.entries({ version, ...rest }).filter(([, value]) => value !== undefined);
  const before = known.map((entry) => `      ${entryText(entry)},\n`).join('');
  return `{\n${before}      "labels": {\n${lines.join(',\n')}\n      }\n    }`;
}

function entryText([key, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}

function inOrder<Value>(record: Readonly<Record<string, Value>>): ReadonlyArray<[string, Value]> {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
