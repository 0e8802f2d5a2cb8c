import type { Explanation } from './explanations.ts';
import type {
  DuplicateKind,
  DuplicatePage,
  Image,
  ImageName,
  ImagePage,
  Label,
  LabelCount,
  LabelSetPreview,
  LabelSets,
  LabelSetToPreview,
  LabelSetToSave,
  LabelToLearn,
  LearnedLabel,
  PipelineStatus,
  StartedUpload,
} from './images.ts';
import { fetchPicture, type PictureKind, type PictureName, sendFile } from './pictures.ts';
import { addressOf, type Call, type Fetch, jsonOf, send } from './requests.ts';

export { ApiProblem } from './api-problem.ts';
export type * from './explanations.ts';
export type * from './images.ts';
export type { PictureName } from './pictures.ts';
export type { Fetch } from './requests.ts';

export interface ClientOptions {
  /** Where the API is: a function URL, or the address of the local page (`http://127.0.0.1:3000`). */
  readonly url: string | URL;
  /**
   * Sends every request to the API, for example signed.
   * @default the platform's own
   */
  readonly fetch?: Fetch | undefined;
}

export interface PageOptions {
  /** The most entries of a page, 1 to 500. @default 50 */
  readonly limit?: number | undefined;
  /** Of the page before. */
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchOptions extends PageOptions {
  /** @default best first where the query gives scores, else newest first */
  readonly order?: 'best' | 'newest' | 'oldest' | 'name' | undefined;
  /** Whether images that are not relevant follow the relevant ones. @default false */
  readonly all?: boolean | undefined;
  /** Whether labels are counted over the whole answer. @default false */
  readonly facets?: boolean | undefined;
}

export interface SimilarOptions extends PageOptions {
  /** Only among the images that fit it. @default all images */
  readonly query?: string | undefined;
  readonly all?: boolean | undefined;
}

export interface DuplicatesOptions extends PageOptions {
  /** @default 'photo' */
  readonly kind?: DuplicateKind | undefined;
  /** Only among the images that fit it. @default all images */
  readonly query?: string | undefined;
}

/** A label as people write it: by a synonym too, in any letter case, and of every label set that knows it where none is named. */
export type LabelToCorrect = Pick<Label, 'label'> & Partial<Label>;

export interface LabelChange {
  /** What it has; broader labels come with it. */
  readonly add?: readonly LabelToCorrect[] | undefined;
  /** What it has not. */
  readonly remove?: readonly LabelToCorrect[] | undefined;
  /** Of what nothing is said any more. */
  readonly clear?: readonly LabelToCorrect[] | undefined;
}

export interface UploadOptions {
  /** The key that is wished for. @default the file's own name */
  readonly name?: string | undefined;
  readonly bucket?: string | undefined;
}

/** Every route of the API as a function. Each throws an `ApiProblem` for an answer that is one. */
export interface Client {
  /** A page of the images that fit a query (docs/search.md). */
  search(query: string, options?: SearchOptions): Promise<ImagePage>;
  /** Every image that fits, page after page as they are read. */
  searchAll(query: string, options?: Omit<SearchOptions, 'cursor' | 'facets'>): AsyncGenerator<Image, void>;
  /** Images like one of them, or like a picture from elsewhere, which is not kept. */
  similar(to: ImageName | Blob, options?: SimilarOptions): Promise<ImagePage>;
  duplicates(options?: DuplicatesOptions): Promise<DuplicatePage>;
  /** Every label, the most frequent first. */
  labels(): Promise<readonly LabelCount[]>;
  image(name: ImageName): Promise<Image>;
  /** Says which labels an image has or has not; gives the image as it stands then. */
  correct(name: ImageName, labels: LabelChange): Promise<Image>;
  /**
   * Why an image carries labels, and why it does not carry others.
   *
   * @param label as people write it: `dog`, `general:dog`. @default those that it carries, and the best of the others
   */
  why(name: ImageName, label?: string): Promise<Explanation>;
  /** Has an image worked on anew. */
  retry(name: ImageName): Promise<void>;
  /** Uploads a picture. Its key may have got a number, where the name was taken, or be that of the same file that is there. */
  upload(file: Blob, options?: UploadOptions): Promise<ImageName>;
  /** Only makes the address that takes an upload, for those who send it themselves. */
  startUpload(
    name: string,
    options?: Omit<UploadOptions, 'name'> & { readonly contentType?: string },
  ): Promise<StartedUpload>;
  thumbnail(image: PictureName): Promise<Blob>;
  original(image: PictureName): Promise<Blob>;
  /** For `<img src>`, where requests need not be signed. */
  thumbnailAddress(image: PictureName): string;
  originalAddress(image: PictureName): string;
  /** The label sets in use, and on one machine what is to be done about pictures that have others. */
  labelSets(): Promise<LabelSets>;
  /** Takes a label set of labels that are only named into use, on one machine. */
  saveLabelSet(labelSet: LabelSetToSave): Promise<LabelSets>;
  /** Removes one that was written so. */
  deleteLabelSet(name: string): Promise<LabelSets>;
  /** What pictures labels would be given to, on one machine; nothing is kept. */
  previewLabelSet(
    labelSet: LabelSetToPreview,
    options?: Pick<PageOptions, 'signal'>,
  ): Promise<LabelSetPreview>;
  /** Learns a label from images, on one machine. */
  learnLabel(label: LabelToLearn): Promise<LearnedLabel>;
  /** Begins to tag all pictures anew by the label sets in use, on one machine. */
  retag(): Promise<LabelSets>;
  status(): Promise<PipelineStatus>;
}

/**
 * A client of Cliptag's HTTP API, for browsers and for Node 20 or newer.
 *
 * @example
 * const cliptag = createClient({ url: 'http://127.0.0.1:3000' });
 * for await (const { key, score } of cliptag.searchAll('boat -people')) console.log(key, score);
 */
export function createClient({ url, fetch: given }: ClientOptions): Client {
  const base = new URL(url);
  // Called as the platform has it: a browser's own wants no other `this`.
  const fetch: Fetch = given ?? ((request) => globalThis.fetch(request));
  const get = <Answer>(path: string, query: Call['query'] = {}, signal?: AbortSignal) =>
    jsonOf<Answer>(send(base, fetch, path, { query, signal }));
  const post = <Answer>(path: string, json: unknown) =>
    jsonOf<Answer>(send(base, fetch, path, { method: 'POST', json }));
  const pictureAddress = (kind: PictureKind, { bucket, key, eTag }: PictureName) =>
    addressOf(base, `/${kind}`, { bucket, key, eTag }).href;

  const client: Client = {
    search: (query, { signal, ...options } = {}) => get('/search', { q: query, ...options }, signal),
    async *searchAll(query, options = {}) {
      let cursor: string | undefined;
      do {
        const page = await client.search(query, { ...options, cursor });
        yield* page.images;
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
    similar(to, { query: q, signal, ...options } = {}) {
      if (!(to instanceof Blob)) {
        return get('/similar', { bucket: to.bucket, key: to.key, q, ...options }, signal);
      }
      const call = { method: 'POST', query: { q, ...options }, body: to, signal } as const;
      return jsonOf(send(base, fetch, '/similar', call));
    },
    duplicates: ({ query: q, signal, ...options } = {}) => get('/duplicates', { q, ...options }, signal),
    labels: async () => (await get<{ labels: readonly LabelCount[] }>('/labels')).labels,
    image: ({ bucket, key }) => get('/images', { bucket, key }),
    correct: ({ bucket, key }, { add, remove, clear }) =>
      post('/corrections', { bucket, key, add, remove, clear }),
    why: ({ bucket, key }, label) => get('/why', { bucket, key, label }),
    retry: async ({ bucket, key }) => void (await post('/retries', { bucket, key })),
    async upload(file, { name = nameOf(file), bucket } = {}) {
      const started = await client.startUpload(name, {
        bucket,
        ...(file.type && { contentType: file.type }),
      });
      return sendFile(base, fetch, started, file);
    },
    async startUpload(name, { bucket, contentType } = {}) {
      const started = await post<StartedUpload>('/uploads', { name, bucket, contentType });
      // The local pipeline names a path of its own.
      return { ...started, url: new URL(started.url, base).href };
    },
    thumbnail: (image) => fetchPicture(base, fetch, 'thumbnails', image),
    original: (image) => fetchPicture(base, fetch, 'originals', image),
    thumbnailAddress: (image) => pictureAddress('thumbnails', image),
    originalAddress: (image) => pictureAddress('originals', image),
    labelSets: () => get('/label-sets'),
    saveLabelSet: (json) => jsonOf(send(base, fetch, '/label-sets', { method: 'PUT', json })),
    deleteLabelSet: (name) => jsonOf(send(base, fetch, '/label-sets', { method: 'DELETE', query: { name } })),
    previewLabelSet: (json, { signal } = {}) =>
      jsonOf(send(base, fetch, '/label-sets/preview', { method: 'POST', json, signal })),
    learnLabel: (json) => jsonOf(send(base, fetch, '/label-sets/learn', { method: 'POST', json })),
    retag: () => jsonOf(send(base, fetch, '/label-sets/retag', { method: 'POST' })),
    status: () => get('/status'),
  };
  return client;
}

function nameOf(file: Blob): string {
  if ('name' in file && typeof file.name === 'string' && file.name !== '') return file.name;
  throw new TypeError('Expected a name for the upload, since the file has none of its own');
}
