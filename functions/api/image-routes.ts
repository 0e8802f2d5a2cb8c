import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { NamedCorrections } from '../core/records/named-corrections.ts';
import { json, jsonBody, problems } from './answers.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { API_BASE, type CorrectionsRequest, correctionsRequest, image, imageName } from './contract.ts';
import { knownImage } from './known-image.ts';
import { limitedBody, MAXIMUM_JSON_BYTES } from './request-guards.ts';
import { shownImage } from './shown-image.ts';
import { turns } from './turns.ts';

const read = createRoute({
  method: 'get',
  path: `${API_BASE}/images`,
  operationId: 'image',
  summary: 'Tells of one image',
  tags: ['Images'],
  request: { query: imageName },
  responses: { 200: json(image, 'The image as its record stands.'), ...problems(400, 404, 503) },
});

const correct = createRoute({
  method: 'post',
  path: `${API_BASE}/corrections`,
  operationId: 'correct',
  summary: 'Says which labels an image has or has not; this wins over the model from then on',
  tags: ['Images'],
  request: jsonBody(correctionsRequest),
  responses: {
    200: json(image, 'The image with its corrections.'),
    ...problems(400, 404, 409, 413, 415, 503),
  },
});

const retry = createRoute({
  method: 'post',
  path: `${API_BASE}/retries`,
  operationId: 'retry',
  summary: 'Has an image worked on anew',
  tags: ['Images'],
  request: jsonBody(imageName),
  responses: { 202: json(imageName, 'The image waits for its turn.'), ...problems(400, 404, 413, 415, 503) },
});

export function addImageRoutes(app: OpenAPIHono, ports: ApiPorts, settings: ApiSettings): void {
  const middleware = limitedBody(MAXIMUM_JSON_BYTES);
  app.openapi(read, async (c) => {
    const known = await knownImage(c.req.valid('query'), ports, settings);
    return c.json(shownImage(known, settings.modelDigest), 200);
  });
  const { correct: correctImage } = ports;
  if (correctImage) {
    const inTurn = turns();
    app.openapi({ ...correct, middleware }, async (c) => {
      const request = c.req.valid('json');
      const { bucket, key } = await knownImage(request, ports, settings);
      const correctNow = () => correctImage({ bucket, key }, namesOf(request));
      const corrected = await inTurn(`${bucket}/${key}`, correctNow);
      return c.json(shownImage(corrected, settings.modelDigest), 200);
    });
  }
  if (ports.retry) {
    app.openapi({ ...retry, middleware }, async (c) => {
      const known = await knownImage(c.req.valid('json'), ports, settings);
      await ports.retry?.(known);
      return c.json({ bucket: known.bucket, key: known.key }, 202);
    });
  }
}

/** Labels as people write them: `dog` or `general:dog`. */
function namesOf({ add, remove, clear }: CorrectionsRequest): NamedCorrections {
  const written = ({ set, label }: CorrectionsRequest['add'][number]) =>
    set === undefined ? label : `${set}:${label}`;
  return { add: add.map(written), remove: remove.map(written), clear: clear.map(written) };
}
