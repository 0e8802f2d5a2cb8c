import { type Bounds, scoreTexts, sizeTexts } from './amounts.ts';
import { quoted, quotedWhereNeeded } from './field-condition.ts';
import { placeText } from './place-condition.ts';
import type { LabelCondition, Query, TextCondition } from './query.ts';
import { boundsOfScore } from './score-range.ts';
import { startText, timeText } from './time-range.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * A query in the query language, so that {@link parseQuery} understands the same again.
 *
 * @example
 * queryText(parseQuery('dog -people sunset over water', vocabulary).query, vocabulary)
 * // label:dog -label:people "sunset over water"
 */
export function queryText(query: Query, vocabulary: Vocabulary): string {
  return query.kind === 'every-image' ? '' : textOf(query, vocabulary, 'or');
}

/** What a part stands in, by how tightly it binds; scores that are told further out are not told again. */
type Around = 'or' | 'and' | 'not';

function textOf(query: Query, vocabulary: Vocabulary, around: Around, told?: Bounds): string {
  switch (query.kind) {
    case 'every-image':
      return '*';
    case 'or':
      return bracketed(
        query.of.map((part) => textOf(part, vocabulary, 'or', told)).join(' OR '),
        around !== 'or',
      );
    case 'not':
      return `-${textOf(query.of, vocabulary, 'not')}`;
    case 'and':
      return conjunctionText(query.of, vocabulary, around, told);
    case 'label':
      return conjunctionText([query], vocabulary, around, told);
    case 'text':
      return bracketed(sumText(query), around === 'not' && query.parts.length > 1);
    default:
      return filterText(query, around);
  }
}

/** Where all labels have the same bounds, these are told once at the end. */
function conjunctionText(
  parts: readonly Query[],
  vocabulary: Vocabulary,
  around: Around,
  told: Bounds | undefined,
): string {
  const shared = told ?? sharedBounds(parts);
  const texts = parts.map((part) =>
    part.kind === 'label' && (parts.length === 1 || shared)
      ? labelText(part, vocabulary)
      : textOf(part, vocabulary, 'and', shared),
  );
  const scores = told ? [] : scoreTexts(shared ?? {});
  const all = [...texts, ...scores];
  return bracketed(
    all.join(' '),
    all.length > 1 && (around === 'not' || (around === 'and' && scores.length > 0)),
  );
}

/** Bounds that all wanted labels have; `undefined` where they differ. */
function sharedBounds(parts: readonly Query[]): Bounds | undefined {
  const all = parts.flatMap(wantedLabels).map(boundsOfScore);
  const [first = {}] = all;
  const isSame = ({ minimum, maximum }: Bounds) => minimum === first.minimum && maximum === first.maximum;
  return all.every(isSame) ? first : undefined;
}

function wantedLabels(query: Query): readonly LabelCondition[] {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap(wantedLabels);
  return query.kind === 'label' ? [query] : [];
}

function labelText({ terms }: LabelCondition, vocabulary: Vocabulary): string {
  const name = vocabulary.nameOf(terms) ?? terms.map(({ set, label }) => `${set}:${label}`)[0] ?? '';
  return `label:${quotedWhereNeeded(name)}`;
}

/** One that is wanted goes first, for a sum begins with none that is not. */
function sumText({ parts }: TextCondition): string {
  const first = Math.max(
    0,
    parts.findIndex(({ weight }) => weight > 0),
  );
  const rest = parts.filter((_, i) => i !== first);
  return [...parts.slice(first, first + 1), ...rest]
    .map(({ text, weight }, i) => {
      const size = Math.abs(weight);
      const sign = i === 0 ? '' : weight < 0 ? ' - ' : ' + ';
      return `${sign}${size === 1 ? '' : `${size}*`}${quoted(text)}`;
    })
    .join('');
}

function filterText(
  query: Exclude<Query, { kind: 'every-image' | 'and' | 'or' | 'not' | 'label' | 'text' }>,
  around: Around,
): string {
  switch (query.kind) {
    case 'similar':
      return `similar:${quotedWhereNeeded(query.bucket === undefined ? query.key : `s3://${query.bucket}/${query.key}`)}`;
    case 'bucket':
      return `bucket:${quotedWhereNeeded(query.bucket)}`;
    case 'image':
      return `bucket:${quotedWhereNeeded(query.bucket)} prefix:${quotedWhereNeeded(query.key)}`;
    case 'prefix':
      return `prefix:${quotedWhereNeeded(query.prefix)}`;
    case 'status':
      return `status:${query.status}`;
    case 'camera':
      return `camera:${quotedWhereNeeded(query.camera)}`;
    case 'time':
      return several(timeTexts(query.from, query.to), around);
    case 'pixels':
    case 'bytes':
      return several(sizeTexts(query), around);
    case 'near':
      return placeText(query);
  }
}

function timeTexts(from: number | undefined, to: number | undefined): readonly string[] {
  const within = from === undefined || to === undefined ? undefined : timeText({ from, to });
  if (within !== undefined) return [`on:${within}`];
  return [
    ...(from === undefined ? [] : [`after:${startText(from)}`]),
    ...(to === undefined ? [] : [`before:${startText(to)}`]),
  ];
}

/** A condition that takes two in the language, or says nothing. */
function several(texts: readonly string[], around: Around): string {
  return texts.length === 0 ? '*' : bracketed(texts.join(' '), texts.length > 1 && around === 'not');
}

function bracketed(text: string, isNeeded: boolean): string {
  return isNeeded ? `(${text})` : text;
}
