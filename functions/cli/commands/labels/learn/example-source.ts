import { FIELDS } from '../../../../core/search/language/tokens.ts';
import { imageUrl } from '../../../pipeline/image-operand.ts';

/** Where examples come from, as the user has named it. */
export type ExampleSource =
  /** What people have said of the label. */
  | { readonly kind: 'corrections' }
  /** What a query of the search finds. */
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'image'; readonly bucket: string; readonly key: string }
  /** All stored images below it. */
  | { readonly kind: 'prefix'; readonly bucket: string; readonly prefix: string }
  /** A file or folder, else the key of a stored image. */
  | { readonly kind: 'name'; readonly name: string };

const CORRECTIONS = 'corrections';
const QUERY = 'query:';
const PREFIX_URL = /^s3:\/\/([^/]+)\/(.*\/)?$/s;
/** `label:dog`: a query shows itself by a field, maybe an unwanted one. */
const BEGINS_WITH_FIELD = new RegExp(`^[-(\\s]*(${FIELDS.join('|')}):`, 'i');

/**
 * What a SRC means. A query is told by `query:` before it, or by a field that it begins with; a file or key that looks like one
 * is written `./label:dog` or `s3://BUCKET/label:dog`.
 *
 * @example
 * exampleSource('label:dog prefix:2024/')  // { kind: 'query', query: 'label:dog prefix:2024/' }
 * exampleSource('query:puppy beach')       // { kind: 'query', query: 'puppy beach' }
 * exampleSource('s3://photos/2024/')       // { kind: 'prefix', bucket: 'photos', prefix: '2024/' }
 * exampleSource('stripes/')                // { kind: 'name', name: 'stripes/' }
 */
export function exampleSource(text: string): ExampleSource {
  if (text === CORRECTIONS) return { kind: 'corrections' };
  if (text.startsWith(QUERY)) return { kind: 'query', query: text.slice(QUERY.length) };
  const [, bucket, prefix = ''] = PREFIX_URL.exec(text) ?? [];
  if (bucket !== undefined) return { kind: 'prefix', bucket, prefix };
  const image = imageUrl(text);
  if (image) return { kind: 'image', ...image };
  return BEGINS_WITH_FIELD.test(text) ? { kind: 'query', query: text } : { kind: 'name', name: text };
}

/** What is expected of a SRC that is none; for checks of flags. */
export function sourceFault(text: string): string | undefined {
  if (text.trim() === '') return 'a folder, a file, a key, an s3:// address, a query or `corrections`';
  if (text.startsWith('s3://') && exampleSource(text).kind === 'name') return 's3://BUCKET/KEY';
  return text.startsWith(QUERY) && text.slice(QUERY.length).trim() === ''
    ? 'a query after query:'
    : undefined;
}
