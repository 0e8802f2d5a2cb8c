import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UploadAnswer } from '../api/contract.ts';
import { RefusedRequest } from '../api/problems.ts';
import { handOn } from './forwarded.ts';
import { send } from './outgoing.ts';

export interface UploadForms {
  /** The form with an address of this server, from which it goes on to where it led. */
  throughHere(form: UploadAnswer): UploadAnswer;
  /** Sends a form on as it comes, however large its file is. */
  forward(number: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Leads uploads through this server: a browser would ask the bucket whether pages of this origin may send it something, and no bucket
 * need know of them. Forms go only where the API has led one.
 *
 * @param path where forms come to
 */
export function uploadForms(path: string): UploadForms {
  // One for each bucket.
  const targets: string[] = [];
  return {
    throughHere({ url, ...form }) {
      if (!targets.includes(url)) targets.push(url);
      return { ...form, url: `${path}/${targets.indexOf(url)}` };
    },
    async forward(number, request, response) {
      const target = /^\d+$/.test(number) ? targets[Number(number)] : undefined;
      if (target === undefined)
        throw refused(404, 'Expected a form that the API has made: start the upload anew');
      const { 'content-type': type = '', 'content-length': length } = request.headers;
      if (length === undefined) throw refused(411, 'Expected an upload that tells its length');
      const headers = { 'content-type': type, 'content-length': length };
      const answer = await send(new URL(target), { method: 'POST', headers, body: request }).catch(
        (error: unknown) => {
          throw new RefusedRequest(502, 'unexpected-answer', `The bucket does not take the upload: ${error}`);
        },
      );
      await handOn(answer, response);
    },
  };
}

function refused(status: number, message: string): RefusedRequest {
  return new RefusedRequest(status, 'invalid-request', message);
}
