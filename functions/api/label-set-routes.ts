import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { json, jsonBody, problems } from './answers.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import {
  API_BASE,
  labelSetNameQuery,
  labelSetPreview,
  labelSetPreviewRequest,
  labelSetRequest,
  labelSetsAnswer,
  learningAnswer,
  learningRequest,
} from './contract.ts';
import { limitedBody, MAXIMUM_EXAMPLES_BYTES, MAXIMUM_JSON_BYTES } from './request-guards.ts';
import { shownImage } from './shown-image.ts';

const TAGS = ['Label sets'];
const read = createRoute({
  method: 'get',
  path: `${API_BASE}/label-sets`,
  operationId: 'labelSets',
  summary: 'Tells which label sets are in use, and how many pictures have tags of others',
  tags: TAGS,
  responses: { 200: json(labelSetsAnswer, 'The label sets of this moment.'), ...problems(503) },
});

const save = createRoute({
  method: 'put',
  path: `${API_BASE}/label-sets`,
  operationId: 'saveLabelSet',
  summary: 'Writes a label set of labels that are only named, and takes it into use',
  tags: TAGS,
  request: jsonBody(labelSetRequest),
  responses: {
    200: json(labelSetsAnswer, 'The label sets, with it among them.'),
    ...problems(400, 404, 409, 413, 415, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path: `${API_BASE}/label-sets`,
  operationId: 'deleteLabelSet',
  summary: 'Removes a label set that was written over the API',
  tags: TAGS,
  request: { query: labelSetNameQuery },
  responses: { 200: json(labelSetsAnswer, 'The label sets without it.'), ...problems(400, 404, 409, 503) },
});

const preview = createRoute({
  method: 'post',
  path: `${API_BASE}/label-sets/preview`,
  operationId: 'previewLabelSet',
  summary: 'Shows what pictures labels would be given to, from stored embeddings; nothing is kept',
  tags: TAGS,
  request: jsonBody(labelSetPreviewRequest),
  responses: {
    200: json(labelSetPreview, 'Counts and the best pictures, in the order of the labels.'),
    ...problems(400, 404, 413, 415, 503),
  },
});

const learn = createRoute({
  method: 'post',
  path: `${API_BASE}/label-sets/learn`,
  operationId: 'learnLabel',
  summary:
    'Learns a label from images that have it, and maybe some that have not, by their stored embeddings',
  tags: TAGS,
  request: jsonBody(learningRequest),
  responses: {
    200: json(learningAnswer, 'What came of it, and which images it finds first that are no examples.'),
    ...problems(400, 404, 409, 413, 415, 503),
  },
});

const retag = createRoute({
  method: 'post',
  path: `${API_BASE}/label-sets/retag`,
  operationId: 'retag',
  summary: 'Has all pictures tagged anew by the label sets in use, from stored embeddings',
  tags: TAGS,
  responses: { 202: json(labelSetsAnswer, 'It has begun, or goes on.'), ...problems(404, 503) },
});

export function addLabelSetRoutes(app: OpenAPIHono, ports: ApiPorts, { modelDigest }: ApiSettings): void {
  const middleware = limitedBody(MAXIMUM_JSON_BYTES);
  const { labelSets, saveLabelSet, deleteLabelSet, previewLabelSet, learnLabel, retag: startRetag } = ports;
  if (labelSets) app.openapi(read, async (c) => c.json(await labelSets(), 200));
  if (saveLabelSet) {
    app.openapi({ ...save, middleware }, async (c) => c.json(await saveLabelSet(c.req.valid('json')), 200));
  }
  if (deleteLabelSet) {
    app.openapi(remove, async (c) => c.json(await deleteLabelSet(c.req.valid('query').name), 200));
  }
  if (previewLabelSet) {
    app.openapi({ ...preview, middleware }, async (c) => {
      const { labels, total, minimumScore } = await previewLabelSet(c.req.valid('json'));
      const shown = labels.map(({ label, count, images }) => {
        return { label, count, images: images.map((image) => shownImage(image, modelDigest)) };
      });
      return c.json({ labels: shown, total, minimumScore }, 200);
    });
  }
  if (learnLabel) {
    app.openapi({ ...learn, middleware: limitedBody(MAXIMUM_EXAMPLES_BYTES) }, async (c) => {
      const { finds, ...answer } = await learnLabel(c.req.valid('json'));
      const shown = finds.map(({ image, ...find }) => ({ ...find, image: shownImage(image, modelDigest) }));
      return c.json({ ...answer, finds: shown }, 200);
    });
  }
  if (startRetag) app.openapi(retag, async (c) => c.json(await startRetag(), 202));
}
