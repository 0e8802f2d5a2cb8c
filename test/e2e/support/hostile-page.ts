import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a page tries; the script that tries it gives what it got, as text. */
export interface Attack {
  readonly name: string;
  /** The body of an asynchronous function of the page, with `attempt(url, options)` and `shows(tag, url)`. */
  readonly script: string;
}

export interface HostileServer {
  readonly port: number;
  /** What the page got, by the attack's name; resolves once it has tried everything. */
  readonly got: Promise<Readonly<Record<string, string>>>;
  /** Paths that pages asked for. */
  readonly asked: readonly string[];
  /** Answers what asks for `/hold`, by which a page stays until then. */
  release(): void;
  close(): Promise<void>;
}

/** What the scripts of attacks call. */
const TOOLS = `
  const attempt = async (url, options) => {
    try {
      const answer = await fetch(url, options);
      if (answer.type === 'opaque') return 'sent, not read';
      return answer.status + ' ' + (await answer.text()).slice(0, 200);
    } catch (error) {
      return 'blocked';
    }
  };
  const shows = (tag, url) => new Promise((resolve) => {
    const made = document.createElement(tag);
    made.onload = () => resolve('shown');
    made.onerror = () => resolve('blocked');
    made.src = url;
    document.body.append(made);
  });`;

/** A server of somebody else, whose page tries all attacks and tells what it got. */
export async function startHostileServer(
  attacksFor: (origin: string) => readonly Attack[],
): Promise<HostileServer> {
  const asked: string[] = [];
  let tell: (got: Record<string, string>) => void = () => {};
  const got = new Promise<Record<string, string>>((resolve) => {
    tell = resolve;
  });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push(request.url ?? '');
    // A new connection for each request, as after a change of address.
    response.setHeader('connection', 'close');
    if (request.method === 'POST') tell(JSON.parse(await text(request)));
    if (request.url === '/hold') await released;
    if (request.url === '/page') {
      response.setHeader('content-type', 'text/html');
      response.write(page(attacksFor(`http://${request.headers.host}`)));
    }
    response.end();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ...{ got, asked, release },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function page(attacks: readonly Attack[]): string {
  const tries = attacks.map(
    ({ name, script }) => `got[${JSON.stringify(name)}] = await (async () => { ${script} })();`,
  );
  return `<!doctype html><body><script type="module">${TOOLS}
    const got = {};
    ${tries.join('\n')}
    // Whoever waits for it may end the server before it has answered.
    await fetch('/got', { method: 'POST', body: JSON.stringify(got) }).catch(() => {});
    if (location.hash) location = location.hash.slice(1);
  </script></body>`;
}

/**
 * A port that leads to one server at first and, from `/flip` to `/unflip`, to another, as a name does whose owner changes its
 * address (DNS rebinding): for the browser both are the same origin.
 */
export async function startFlippingPort(
  firstPort: number,
  secondPort: number,
): Promise<{ port: number; close(): Promise<void> }> {
  let isFlipped = false;
  // A browser keeps connections at hand that it has not used yet; none may lead to the other server afterwards.
  const toFirst = new Set<Socket>();
  const toSecond = new Set<Socket>();
  const server = createTcpServer((client) => {
    const onward = connect(isFlipped ? secondPort : firstPort, '127.0.0.1');
    (isFlipped ? toSecond : toFirst).add(client);
    client.on('data', (bytes) => {
      if (bytes.includes('GET /flip ')) {
        isFlipped = true;
        for (const each of toFirst) if (each !== client) each.destroy();
      }
      if (bytes.includes('GET /unflip ')) {
        isFlipped = false;
        for (const each of toSecond) each.destroy();
      }
    });
    client.pipe(onward).pipe(client);
    for (const socket of [client, onward]) socket.on('error', () => {});
    client.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const client of [...toFirst, ...toSecond]) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
