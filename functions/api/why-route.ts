import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ImageExplanation } from '../core/explanation/explained-image.ts';
import { storedImage } from '../core/explanation/label-carriers.ts';
import { json, problems } from './answers.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { isInScope } from './api-scope.ts';
import { API_BASE, type WhyAnswer, whyAnswer, whyQuery } from './contract.ts';
import { knownImage } from './known-image.ts';

const why = createRoute({
  method: 'get',
  path: `${API_BASE}/why`,
  operationId: 'why',
  summary: 'Tells why an image carries labels, and why it does not carry others',
  tags: ['Images'],
  request: { query: whyQuery },
  responses: {
    200: json(whyAnswer, 'Each label with the numbers that its score comes from.'),
    ...problems(400, 404, 503),
  },
});

export function addWhyRoute(app: OpenAPIHono, ports: ApiPorts, settings: ApiSettings): void {
  const { why: explain } = ports;
  if (!explain) return;
  app.openapi(why, async (c) => {
    const { label, ...name } = c.req.valid('query');
    const { bucket, key } = await knownImage(name, ports, settings);
    const explanation = await explain({ bucket, key }, label);
    return c.json(withinScope(explanation, settings) as WhyAnswer, 200);
  });
}

/** A label may have been learned from images that the API may not tell of. */
function withinScope(explanation: ImageExplanation, { scope }: ApiSettings): ImageExplanation {
  const labels = explanation.labels.map(({ examples, ...label }) => {
    const told = examples?.filter(({ text }) => {
      const image = storedImage(text);
      return image !== undefined && isInScope(scope, image);
    });
    return { ...label, ...(told && told.length > 0 && { examples: told }) };
  });
  return { ...explanation, labels };
}
