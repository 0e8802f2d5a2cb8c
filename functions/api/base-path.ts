/** Below which all paths of the API are. A file of its own, so that clients need no part of its server for it. */
export const API_BASE = '/api/v1';
