/** Types of request-limits.mjs, for those that are not JavaScript. */
export function requestFault(body: Buffer): { readonly __type: string; readonly message: string } | undefined;
