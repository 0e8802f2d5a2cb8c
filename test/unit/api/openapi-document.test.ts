import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiApp } from '../../../functions/api/api-app.ts';
import { API_BASE } from '../../../functions/api/contract.ts';
import { API_SETTINGS, fakePorts } from '../../fixtures/api-ports.ts';

const FILE = join(import.meta.dirname, '../../../docs/openapi.json');

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});

async function served(ports = fakePorts()): Promise<Record<string, unknown>> {
  const app = apiApp(ports, API_SETTINGS);
  return (await app.request(`${API_BASE}/openapi.json`)).json() as Promise<Record<string, unknown>>;
}

describe('the OpenAPI document', () => {
  it('is docs/openapi.json (npx vitest run test/unit/api/openapi-document.test.ts -u writes it)', async () => {
    await expect(`${JSON.stringify(await served(), null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('is valid by the schema of OpenAPI 3.1', async () => {
    expect(await new Validator().validate(await served())).toEqual({ valid: true });
    const { paths: _, ...broken } = await served();
    expect(await new Validator().validate({ ...broken, info: {} })).toMatchObject({ valid: false });
  });

  it('describes every route with a name, an answer and the form of problems', async () => {
    const { paths } = document.parse(await served());
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      [
        ...[
          'correct',
          'duplicates',
          'image',
          'labels',
          'learnLabel',
          'original',
          'retry',
          'search',
          'similar',
        ],
        ...['similarToPicture', 'startUpload', 'status', 'thumbnail', 'labelSets', 'retag', 'why'],
        ...['saveLabelSet', 'deleteLabelSet', 'previewLabelSet'],
      ].sort(),
    );
    for (const { operationId, responses } of operations) {
      const { content } = responses.default as { content?: object };
      expect([operationId, Object.keys(content ?? {})]).toEqual([operationId, ['application/problem+json']]);
      const statuses = Object.keys(responses);
      expect([operationId, statuses.some((status) => status < '300')]).toEqual([operationId, true]);
    }
  });

  it('says that callers sign, or need not', async () => {
    expect(document.parse(await served()).security).toEqual([{ awsSignature: [] }, {}]);
  });
});
