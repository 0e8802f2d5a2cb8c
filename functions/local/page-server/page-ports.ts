import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlApi } from '../control-api/control-api.ts';

/** What the page's server asks of the pipeline: for its page, and for programs. */
export interface PagePorts {
  /** What the command line asks and orders. */
  readonly control: ControlApi;
  /** The HTTP API, but for events and the forms of uploads, which it knows nothing of. */
  readonly api: (request: Request) => Response | Promise<Response>;
  /** Stores the file of a form that `POST /uploads` has made. */
  storeUpload(request: IncomingMessage, response: ServerResponse): Promise<StoredUpload>;
}

export interface StoredUpload {
  readonly bucket: string;
  readonly key: string;
  /** Whether an object of that name had this very content before, so that nothing was stored. */
  readonly isAlreadyThere: boolean;
}
