import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { json, problems } from './answers.ts';
import type { ApiPorts } from './api-ports.ts';
import { API_BASE, labelSetsAnswer } from './contract.ts';

const read = createRoute({
  method: 'get',
  path: `${API_BASE}/label-sets`,
  operationId: 'labelSets',
  summary: 'Tells which label sets are in use, and how many pictures have tags of others',
  tags: ['Label sets'],
  responses: { 200: json(labelSetsAnswer, 'The label sets of this moment.'), ...problems(503) },
});

const retag = createRoute({
  method: 'post',
  path: `${API_BASE}/label-sets/retag`,
  operationId: 'retag',
  summary: 'Has all pictures tagged anew by the label sets in use, from stored embeddings',
  tags: ['Label sets'],
  responses: { 202: json(labelSetsAnswer, 'It has begun, or goes on.'), ...problems(404, 503) },
});

export function addLabelSetRoutes(app: OpenAPIHono, ports: ApiPorts): void {
  const { labelSets, retag: startRetag } = ports;
  if (labelSets) app.openapi(read, async (c) => c.json(await labelSets(), 200));
  if (startRetag) app.openapi(retag, async (c) => c.json(await startRetag(), 202));
}
