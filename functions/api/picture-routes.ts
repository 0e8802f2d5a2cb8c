import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { problems } from './answers.ts';
import type { ApiPorts, ApiSettings, Picture } from './api-ports.ts';
import { API_BASE, pictureQuery } from './contract.ts';
import { knownImage, noImage } from './known-image.ts';
import { pictureResponse } from './picture-response.ts';

const binary = { schema: { type: 'string' as const, format: 'binary' } };

function pictureRoute(name: string, operationId: string, summary: string) {
  return createRoute({
    method: 'get',
    path: `${API_BASE}/${name}`,
    operationId,
    summary,
    tags: ['Pictures'],
    request: { query: pictureQuery },
    responses: {
      200: {
        description: 'The picture.',
        content: { 'image/*': binary, 'application/octet-stream': binary },
      },
      302: {
        description: 'Where the picture is, for a while.',
        headers: { location: { schema: { type: 'string' }, description: 'A presigned address.' } },
      },
      304: { description: 'The browser has it: If-None-Match names the image’s ETag.' },
      ...problems(400, 404, 503),
    },
  });
}

const thumbnails = pictureRoute('thumbnails', 'thumbnail', 'A small picture of an image');
const originals = pictureRoute('originals', 'original', 'The object of an image itself');

/** Pictures by name, streamed or by a presigned address: only of images that have a record within the scope. */
export function addPictureRoutes(app: OpenAPIHono, ports: ApiPorts, settings: ApiSettings): void {
  const answer = async (
    c: Context,
    query: { readonly bucket: string; readonly key: string; readonly eTag?: string | undefined },
    pictureOf: NonNullable<ApiPorts['original']>,
  ) => {
    const image = await knownImage(query, ports, settings);
    return pictureResponse(c.req.raw, image, query.eTag, async (): Promise<Picture> => {
      const picture = await pictureOf(image);
      if (picture === undefined) throw noImage(query);
      return picture;
    });
  };
  const { thumbnail, original } = ports;
  if (thumbnail) app.openapi(thumbnails, (c) => answer(c, c.req.valid('query'), thumbnail));
  if (original) app.openapi(originals, (c) => answer(c, c.req.valid('query'), original));
}
