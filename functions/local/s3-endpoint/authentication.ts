import type { Sign } from '../http/signature.ts';

/** Who signed a request, and what the signatures of its body's chunks continue from. */
export interface Authentication {
  readonly accessKeyId: string;
  /** `x-amz-content-sha256`: the body's hash, or the way the body is signed instead. */
  readonly bodyHash: string;
  readonly signature: string;
  /** Signs further text with the request's key, time and scope. */
  readonly sign: Sign;
}
