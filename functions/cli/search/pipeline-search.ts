import { type Client, createClient, type DuplicatePage, type ImagePage } from '../../client/client.ts';
import type { DuplicatesAnswer, SearchAnswer } from '../../core/search/image-search.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { pageFetch } from '../pipeline/page-fetch.ts';
import { answeredError } from './answered-error.ts';
import type { OpenedSearch } from './opened-search.ts';

/** For a pipeline that is busy. */
const TIMEOUT_MILLISECONDS = 60_000;

/**
 * The search of the local pipeline whose page is on this port, by its HTTP API.
 *
 * @throws {CliptagError} `no-pipeline` where nobody listens; `WrongQuery`; what else the API answers, by its code
 */
export function pipelineSearch(httpPort: number): OpenedSearch {
  const page = new URL(`http://127.0.0.1:${httpPort}`);
  const client = createClient({
    url: page,
    fetch: pageFetch(TIMEOUT_MILLISECONDS),
  });
  const ask = <Answer>(question: (client: Client) => Promise<Answer>) =>
    question(client).catch((error: unknown) => {
      throw answeredError(error, httpPort);
    });
  return {
    page,
    search: ({ query, isAll, wantsFacets, ...request }) =>
      ask((api) => api.search(query, { ...request, all: isAll, facets: wantsFacets })).then(answerOf),
    similar: (to, { isAll, ...request }) =>
      ask((api) => api.similar(to instanceof Uint8Array ? blobOf(to) : to, { ...request, all: isAll })).then(
        answerOf,
      ),
    duplicates: (request) => ask((api) => api.duplicates(request)).then(groupsOf),
    bucketOf: (named = LOCAL_PIPELINE.bucket) => named,
    labelCounts: () => ask((api) => api.labels()),
    s3Endpoint: async () => (await ask((api) => api.status())).s3Endpoint,
    async thumbnail(image) {
      const picture = await client.thumbnail(image).catch(() => undefined);
      return picture && { mediaType: picture.type, bytes: await picture.bytes() };
    },
  };
}

/** The API's images are the search's, in types that need no package. */
function answerOf(answer: ImagePage): SearchAnswer {
  return answer as SearchAnswer;
}

function groupsOf(answer: DuplicatePage): DuplicatesAnswer {
  return answer as DuplicatesAnswer;
}

function blobOf(bytes: Uint8Array): Blob {
  return new Blob([new Uint8Array(bytes)]);
}
