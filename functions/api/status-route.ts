import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { json, problems } from './answers.ts';
import type { ApiPorts } from './api-ports.ts';
import { API_BASE, statusAnswer } from './contract.ts';

const status = createRoute({
  method: 'get',
  path: `${API_BASE}/status`,
  operationId: 'status',
  summary: 'Counts messages and images',
  tags: ['Pipeline'],
  responses: { 200: json(statusAnswer, 'Numbers of this moment, approximately.'), ...problems(503) },
});

export function addStatusRoute(app: OpenAPIHono, ports: ApiPorts): void {
  const { status: read } = ports;
  if (read) app.openapi(status, async (c) => c.json(await read(), 200));
}
