import type { ImageName } from './opened-search.ts';

/** What the local pipeline's page can be asked to show, as the parameters of its address (functions/page/model/address.ts). */
export interface PageView {
  readonly q?: string | undefined;
  readonly order?: string | undefined;
  readonly all?: boolean | undefined;
  /** Enlarged. */
  readonly image?: ImageName | undefined;
  /** What others are compared with. */
  readonly similar?: ImageName | undefined;
}

/**
 * Where a browser is shown that.
 *
 * @example
 * pageAddress(new URL('http://127.0.0.1:3000'), { q: 'dog' }).href // http://127.0.0.1:3000/?q=dog
 */
export function pageAddress(page: URL, { q, order, all, image, similar }: PageView): URL {
  const address = new URL(page);
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') address.searchParams.set(name, value);
  };
  set('q', q);
  set('order', order);
  set('all', all ? '1' : undefined);
  set('similar', similar && `${similar.bucket}/${similar.key}`);
  set('image', image && `${image.bucket}/${image.key}`);
  return address;
}
