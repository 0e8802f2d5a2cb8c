import { getRequestListener } from '@hono/node-server';
import { API_BASE, type ApiImage } from '../../api/contract.ts';
import {
  type PageHost,
  type PageHostOptions,
  sendJson,
  startPageHost,
  UPLOAD_FORMS,
} from '../page-host/page-host.ts';
import { controlAnswer, controlRoute } from './control-answer.ts';
import type { PagePorts } from './page-ports.ts';

export interface PageServer extends Pick<PageHost, 'port' | 'linkEnd' | 'close'> {
  /** Tells every open page how an image stands now. */
  tell(image: () => ApiImage): void;
  /** Has every open page ask how it stands about label sets and retagging. */
  tellLabelSets(): void;
}

/**
 * Serves the page, and for it and for programs the HTTP API with its events. On the same port the command line is answered, by
 * the routes of the control API. Web pages of other origins get nothing.
 */
export async function startPageServer(options: PageHostOptions, ports: PagePorts): Promise<PageServer> {
  const answerApi = getRequestListener(ports.api, { overrideGlobalObjects: false });
  const host = await startPageHost(options, async (request, response, path) => {
    const methodAndPath = `${request.method} ${path}`;
    const route = controlRoute(methodAndPath);
    if (methodAndPath === `POST ${UPLOAD_FORMS}`) {
      const stored = await ports.storeUpload(request, response);
      sendJson(response, stored, stored.isAlreadyThere ? 200 : 201);
    } else if (path.startsWith(`${API_BASE}/`)) await answerApi(request, response);
    else if (route !== undefined) sendJson(response, await controlAnswer(ports.control, route, request));
    else return false;
    return true;
  });
  return {
    port: host.port,
    tell: (image) => host.tell('image', image),
    tellLabelSets: () => host.tell('label-sets', () => ({})),
    linkEnd: host.linkEnd,
    close: host.close,
  };
}
