import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { json, problems } from './answers.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import {
  API_BASE,
  duplicatesAnswer,
  duplicatesQuery,
  labelsAnswer,
  searchAnswer,
  searchQuery,
} from './contract.ts';
import { shownAnswer, shownImage } from './shown-image.ts';

const search = createRoute({
  method: 'get',
  path: `${API_BASE}/search`,
  operationId: 'search',
  summary: 'Finds images',
  tags: ['Finding'],
  request: { query: searchQuery },
  responses: { 200: json(searchAnswer, 'A page of the images that fit.'), ...problems(400, 503) },
});

const duplicates = createRoute({
  method: 'get',
  path: `${API_BASE}/duplicates`,
  operationId: 'duplicates',
  summary: 'Groups images of the same photograph, or of the same scene',
  tags: ['Finding'],
  request: { query: duplicatesQuery },
  responses: { 200: json(duplicatesAnswer, 'A page of groups.'), ...problems(400, 503) },
});

const labels = createRoute({
  method: 'get',
  path: `${API_BASE}/labels`,
  operationId: 'labels',
  summary: 'Counts the images of every label',
  tags: ['Finding'],
  responses: { 200: json(labelsAnswer, 'Labels, the most frequent first.'), ...problems(503) },
});

/** Routes that every deployment offers, to find images by what they show. */
export function addSearchRoutes(app: OpenAPIHono, ports: ApiPorts, { modelDigest }: ApiSettings): void {
  app.openapi(search, async (c) => {
    const { q, order, limit, cursor, all, facets } = c.req.valid('query');
    const request = { query: q, order, limit, cursor, isAll: all, wantsFacets: facets };
    return c.json(shownAnswer(await ports.search.search(request), modelDigest), 200);
  });
  app.openapi(duplicates, async (c) => {
    const { kind, q, limit, cursor } = c.req.valid('query');
    const answer = await ports.search.duplicates({ kind, query: q, limit, cursor });
    const groups = answer.groups.map((group) => ({
      kind: group.kind,
      images: group.images.map((image) => shownImage(image, modelDigest)),
    }));
    return c.json({ groups, total: answer.total, ...(answer.cursor && { cursor: answer.cursor }) }, 200);
  });
  app.openapi(labels, async (c) => c.json({ labels: [...(await ports.search.labelCounts())] }, 200));
}
