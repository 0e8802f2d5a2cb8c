import type { OpenAPIHono } from '@hono/zod-openapi';

/** A description of the API in the terms of OpenAPI 3.1: the routes that an app has. */
export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const DESCRIPTION = `Finds images by their tags, by words and by pictures.

Behind AWS the caller signs with Signature Version 4 for the service \`lambda\`; on one machine nobody signs. Addresses
of images are made of their bucket and key, and of their ETag where they are to be kept. Problems are answered as
\`application/problem+json\` (RFC 9457): programs branch on \`code\`. HEAD is answered wherever GET is.`;

/** @param app with all of its routes */
export function openApiDocument(app: OpenAPIHono): OpenApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', 'awsSignature', {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'AWS Signature Version 4 of a role or user that may invoke the function URL.',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Cliptag',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    tags: [
      { name: 'Finding', description: 'Answers in pages, by a query or by what is alike.' },
      {
        name: 'Images',
        description: 'One image: its record, what people say of it, another try, a new one.',
      },
      { name: 'Pictures', description: 'The picture itself, streamed or by a presigned address.' },
      { name: 'Label sets', description: 'What pictures are tagged with.' },
      { name: 'Pipeline', description: 'What waits and what is done.' },
    ],
    // Either is enough: none where the pipeline runs on one machine.
    security: [{ awsSignature: [] }, {}],
  });
}
