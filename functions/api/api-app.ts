import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { API_BASE } from './contract.ts';
import { addImageRoutes } from './image-routes.ts';
import { addLabelSetRoutes } from './label-set-routes.ts';
import { type OpenApiDocument, openApiDocument } from './openapi-document.ts';
import { addPictureRoutes } from './picture-routes.ts';
import { problemOf, problemResponse, RefusedRequest } from './problems.ts';
import { refuseInvalid } from './request-guards.ts';
import { addSearchRoutes } from './search-routes.ts';
import { addSimilarRoutes } from './similar-routes.ts';
import { addStatusRoute } from './status-route.ts';
import { addUploadRoute } from './upload-routes.ts';
import { addWhyRoute } from './why-route.ts';

/** Why a deployment offers a route not, where there is more to say. */
const REASONS: Readonly<Record<string, string>> = {
  '/label-sets':
    'the label sets of a stack are deployed with it (npx cdk deploy -c labels=FILE); on one machine they are written in the page',
  '/label-sets/preview': 'npx cliptag tag PATH --label LABEL tries labels on pictures of this machine',
  '/label-sets/learn':
    'npx cliptag labels learn NAME --stack NAME learns from its images; deploy the label set then',
  '/label-sets/retag': 'npx cliptag retag --stack NAME has the stack do it',
};

/** A web-standard handler: `fetch` of an app takes a `Request` and gives its `Response`, and never throws. */
export type ApiApp = OpenAPIHono;

/** Every route, by its methods, whether a deployment offers it or not. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/search': ['GET'],
  '/similar': ['GET', 'POST'],
  '/duplicates': ['GET'],
  '/labels': ['GET'],
  '/images': ['GET'],
  '/why': ['GET'],
  '/thumbnails': ['GET'],
  '/originals': ['GET'],
  '/corrections': ['POST'],
  '/retries': ['POST'],
  '/uploads': ['POST'],
  '/label-sets': ['GET', 'PUT', 'DELETE'],
  '/label-sets/preview': ['POST'],
  '/label-sets/learn': ['POST'],
  '/label-sets/retag': ['POST'],
  '/status': ['GET'],
  '/openapi.json': ['GET'],
};

/**
 * The HTTP API below `/api/v1`, before whatever the ports lead to: in a Lambda function and on one machine.
 *
 * @example
 * const app = apiApp(ports, { scope: { buckets: ['photos'], prefixes: [] }, maximumPictureBytes: 1e7, report });
 * const answer = await app.fetch(new Request('http://localhost/api/v1/search?q=boat'));
 */
export function apiApp(ports: ApiPorts, settings: ApiSettings): ApiApp {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  app.use(`${API_BASE}/*`, async (c, next) => {
    await next();
    setSafeHeaders(c.res.headers);
  });
  app.onError((error, c) => answerProblem(error, c, settings));
  app.notFound((c) => answerProblem(noRoute(c), c, settings));
  addSearchRoutes(app, ports, settings);
  addSimilarRoutes(app, ports, settings);
  addImageRoutes(app, ports, settings);
  addWhyRoute(app, ports, settings);
  addPictureRoutes(app, ports, settings);
  addUploadRoute(app, ports, settings);
  addLabelSetRoutes(app, ports, settings);
  addStatusRoute(app, ports);
  let document: OpenApiDocument | undefined;
  app.get(`${API_BASE}/openapi.json`, (c) => {
    document ??= openApiDocument(app);
    return c.json(document);
  });
  for (const path of Object.keys(ROUTES)) addOtherMethods(app, path);
  return app;
}

/** Answers the methods that a path has no handler for; whoever has one ends the matter before. */
function addOtherMethods(app: ApiApp, path: string): void {
  const all = ROUTES[path] ?? [];
  const offered = new Set(
    app.routes.filter((route) => route.path === API_BASE + path).map(({ method }) => method),
  );
  const allowed = all.filter((method) => offered.has(method));
  const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  app.all(API_BASE + path, (c) => {
    if (allowed.length === 0 || (all.includes(c.req.method) && !allowed.includes(c.req.method))) {
      const reason = REASONS[path] ? `: ${REASONS[path]}` : '';
      const message = `This deployment does not offer ${c.req.method} ${path}${reason}`;
      throw new RefusedRequest(404, 'not-offered', message);
    }
    if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
    const message = `Expected ${allowed.join(' or ')} but received ${c.req.method}`;
    return problemResponse(problemOf(new RefusedRequest(405, 'method-not-allowed', message)), { allow });
  });
}

function noRoute({ req }: Context): RefusedRequest {
  return new RefusedRequest(404, 'no-route', `There is no ${req.method} ${req.path}`);
}

function answerProblem(error: unknown, c: Context, { report }: ApiSettings): Response {
  const problem = problemOf(error);
  if (problem.status >= 500) report(error, { method: c.req.method, path: c.req.path });
  const response = problemResponse(problem, problem.status === 503 ? { 'retry-after': '1' } : {});
  setSafeHeaders(response.headers);
  return response;
}

/**
 * Nothing here is a page, a script or a style, whatever a browser is told. Answers are of this moment, unless a route
 * says how long they may be kept.
 */
function setSafeHeaders(headers: Headers): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
  headers.set('referrer-policy', 'no-referrer');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
}
