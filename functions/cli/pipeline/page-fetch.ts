import { readPageToken } from '../../config.ts';

/** The headers by which the page of the local pipeline lets programs in, where CLIPTAG_TOKEN says what it was given. */
export function pageHeaders(): Readonly<Record<string, string>> {
  const { token } = readPageToken();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** `fetch` as the clients of the page's API take it: with the token, and not for longer than that. */
export function pageFetch(timeoutMilliseconds: number): (request: Request) => Promise<Response> {
  return (request) => {
    for (const [name, value] of Object.entries(pageHeaders())) request.headers.set(name, value);
    return fetch(request, { signal: AbortSignal.timeout(timeoutMilliseconds) });
  };
}
