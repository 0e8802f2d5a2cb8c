import { createClient, type Explanation } from '../../../client/client.ts';
import { pageFetch } from '../../pipeline/page-fetch.ts';
import { answeredError } from '../../search/answered-error.ts';

/** For a pipeline that is busy. */
const TIMEOUT_MILLISECONDS = 60_000;

/**
 * Asks the local pipeline whose page is on this port: it has model, classifiers and table open.
 *
 * @throws {CliptagError} `no-pipeline` where nobody listens; `no-image`; what else the API answers, by its code
 */
export async function pipelineExplanation(
  image: { readonly bucket: string; readonly key: string },
  label: string | undefined,
  httpPort: number,
): Promise<Explanation> {
  const client = createClient({
    url: `http://127.0.0.1:${httpPort}`,
    fetch: pageFetch(TIMEOUT_MILLISECONDS),
  });
  return client.why(image, label).catch((error: unknown) => {
    throw answeredError(error, httpPort);
  });
}
