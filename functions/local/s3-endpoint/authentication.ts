import type { Sign } from '../http/signature.ts';

/** Who sent a request, and what signing its body's chunks goes on from. */
export interface Authentication {
  readonly accessKeyId: string;
  /** `x-amz-content-sha256`: the body's hash, or how the body is signed instead. */
  readonly bodyHash: string;
  readonly signature: string;
  /** Signs further text with the request's key, time and scope. */
  readonly sign: Sign;
}
