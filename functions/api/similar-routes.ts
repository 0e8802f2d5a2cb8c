import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { SimilarRequest } from '../core/search/image-search.ts';
import { json, problems } from './answers.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { API_BASE, searchAnswer, similarPictureQuery, similarQuery } from './contract.ts';
import { knownImage } from './known-image.ts';
import { limitedBody, pictureBody } from './request-guards.ts';
import { shownAnswer } from './shown-image.ts';

const similar = createRoute({
  method: 'get',
  path: `${API_BASE}/similar`,
  operationId: 'similar',
  summary: 'Finds images like one of them',
  tags: ['Finding'],
  request: { query: similarQuery },
  responses: {
    200: json(searchAnswer, 'A page of the images that are alike, the most similar first.'),
    ...problems(400, 404, 409, 503),
  },
});

const similarToPicture = createRoute({
  method: 'post',
  path: `${API_BASE}/similar`,
  operationId: 'similarToPicture',
  summary: 'Finds images like a picture from elsewhere, which is not kept',
  tags: ['Finding'],
  request: {
    query: similarPictureQuery,
    body: {
      required: true,
      content: {
        'image/*': { schema: { type: 'string', format: 'binary' } },
        'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
      },
    },
  },
  responses: {
    200: json(searchAnswer, 'A page of the images that are alike, the most similar first.'),
    ...problems(400, 413, 415, 422, 503),
  },
});

type Narrowing = Omit<SimilarRequest, 'to'>;

export function addSimilarRoutes(app: OpenAPIHono, ports: ApiPorts, settings: ApiSettings): void {
  const answer = async (request: SimilarRequest) =>
    shownAnswer(await ports.search.similar(request), settings.modelDigest);

  app.openapi(similar, async (c) => {
    const { bucket, key, ...query } = c.req.valid('query');
    await knownImage({ bucket, key }, ports, settings);
    return c.json(await answer({ to: { bucket, key }, ...narrowing(query) }), 200);
  });

  const { embed } = ports;
  if (!embed) return;
  app.openapi({ ...similarToPicture, middleware: limitedBody(settings.maximumPictureBytes) }, async (c) => {
    const query = c.req.valid('query');
    const embedding = await embed(await pictureBody(c));
    return c.json(await answer({ to: { embedding }, ...narrowing(query) }), 200);
  });
}

function narrowing(query: {
  readonly q?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly all: boolean;
}): Narrowing {
  return { query: query.q, limit: query.limit, cursor: query.cursor, isAll: query.all };
}
