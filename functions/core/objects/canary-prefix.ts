/** How the keys of the canary's pictures begin. */
export const CANARY_PREFIX = '.cliptag-canary/';
