/** What the page shows, as its address says: links, reloading and the back button need nothing else. */
export interface Address {
  readonly view: View;
  /** In the query language. */
  readonly query: string;
  readonly order?: Order | undefined;
  /** Whether pictures that are not relevant follow the relevant ones. */
  readonly isAll: boolean;
  /** The picture that is enlarged. */
  readonly image?: ImageName | undefined;
  /** The picture that others are compared with. */
  readonly similar?: ImageName | undefined;
  readonly kind: DuplicateKind;
}

export const VIEWS = ['photos', 'duplicates', 'labels', 'problems', 'status'] as const;
export type View = (typeof VIEWS)[number];

export const ORDERS = ['best', 'newest', 'oldest', 'name'] as const;
export type Order = (typeof ORDERS)[number];

export type DuplicateKind = 'photo' | 'scene';

export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

export const START: Address = { view: 'photos', query: '', isAll: false, kind: 'photo' };

/**
 * The address behind `?`; what is unknown in it counts as left out.
 *
 * @example readAddress('?q=dog&image=photos/a.jpg').image // { bucket: 'photos', key: 'a.jpg' }
 */
export function readAddress(search: string): Address {
  const parameters = new URLSearchParams(search);
  return {
    view: VIEWS.find((view) => view === parameters.get('view')) ?? START.view,
    query: parameters.get('q') ?? '',
    order: ORDERS.find((order) => order === parameters.get('order')),
    isAll: parameters.get('all') === '1',
    image: readName(parameters.get('image')),
    similar: readName(parameters.get('similar')),
    kind: parameters.get('kind') === 'scene' ? 'scene' : 'photo',
  };
}

/** What {@link readAddress} reads; the path is always the same, so that any server can serve the page. */
export function writeAddress({ view, query, order, isAll, image, similar, kind }: Address): string {
  const parameters = new URLSearchParams();
  if (view !== START.view) parameters.set('view', view);
  if (query !== '') parameters.set('q', query);
  if (order !== undefined) parameters.set('order', order);
  if (isAll) parameters.set('all', '1');
  if (view === 'duplicates' && kind !== START.kind) parameters.set('kind', kind);
  if (similar !== undefined) parameters.set('similar', nameOf(similar));
  if (image !== undefined) parameters.set('image', nameOf(image));
  const text = parameters.toString().replaceAll('%2F', '/').replaceAll('%3A', ':');
  return text === '' ? '/' : `/?${text}`;
}

/** Names of buckets have no `/`. */
export function nameOf({ bucket, key }: ImageName): string {
  return `${bucket}/${key}`;
}

function readName(text: string | null): ImageName | undefined {
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(text ?? '') ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}
