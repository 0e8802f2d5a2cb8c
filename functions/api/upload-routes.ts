import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { MAXIMUM_KEY_BYTES, uploadKey } from '../core/objects/upload-key.ts';
import { json, jsonBody, problems } from './answers.ts';
import type { ApiPorts, ApiScope, ApiSettings } from './api-ports.ts';
import { isInScope } from './api-scope.ts';
import { API_BASE, uploadAnswer, uploadRequest } from './contract.ts';
import { RefusedRequest } from './problems.ts';
import { limitedBody, MAXIMUM_JSON_BYTES } from './request-guards.ts';

const upload = createRoute({
  method: 'post',
  path: `${API_BASE}/uploads`,
  operationId: 'startUpload',
  summary: 'Makes an address that takes one upload, as a form (presigned POST)',
  tags: ['Images'],
  request: jsonBody(uploadRequest),
  responses: {
    201: json(uploadAnswer, 'Where to send the form, and what stands in it before the file.'),
    ...problems(400, 404, 413, 415, 503),
  },
});

export function addUploadRoute(app: OpenAPIHono, { startUpload }: ApiPorts, settings: ApiSettings): void {
  if (!startUpload) return;
  app.openapi({ ...upload, middleware: limitedBody(MAXIMUM_JSON_BYTES) }, async (c) => {
    const { name, bucket: named, contentType } = c.req.valid('json');
    const bucket = named ?? settings.uploadBucket ?? settings.scope.buckets[0];
    if (bucket === undefined) throw refused('Expected the bucket of the upload');
    const key = keyFor(name, settings.scope);
    if (!isInScope(settings.scope, { bucket, key })) {
      throw new RefusedRequest(404, 'no-bucket', `There is no bucket ${bucket} for uploads`);
    }
    return c.json(await startUpload({ name: key, bucket, contentType }), 201);
  });
}

/** The key of an upload: below the scope's first prefix where its name is below none. */
function keyFor(name: string, { prefixes }: ApiScope): string {
  const key = uploadKey(name);
  const isBelow = prefixes.length === 0 || prefixes.some((prefix) => key.startsWith(prefix));
  const whole = isBelow ? key : `${prefixes[0]}${key}`;
  const bytes = new TextEncoder().encode(whole).length;
  if (bytes <= MAXIMUM_KEY_BYTES) return whole;
  throw refused(`Expected a key of at most ${MAXIMUM_KEY_BYTES} bytes but received one of ${bytes}`);
}

function refused(message: string): RefusedRequest {
  return new RefusedRequest(400, 'invalid-request', message);
}
