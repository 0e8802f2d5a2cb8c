import type { ServerResponse } from 'node:http';

/** Tells open pages of what happens (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  /**
   * Keeps an answer open, and writes to it from now on.
   *
   * @param session of whoever listens
   */
  open(response: ServerResponse, session?: string | undefined): void;
  /** Tells a session nothing more. */
  end(session: string): void;
  /** Writes an event to all of them. The data is made only if somebody listens. */
  tell(name: string, data: () => unknown): void;
  /** Whether somebody listens. */
  isHeard(): boolean;
  close(): void;
}

/** A page that reads nothing of what it is told, as one in a tab that sleeps, is cut off at this many bytes. It asks again. */
const MAXIMUM_UNREAD_BYTES = 1024 * 1024;

/** More often than connections are cut that stand still. */
const SIGN_OF_LIFE_MILLISECONDS = 25_000;

export function eventStream(): EventStream {
  const pages = new Map<ServerResponse, string | undefined>();
  const write = (text: string) => {
    for (const page of pages.keys()) {
      if (page.writableLength > MAXIMUM_UNREAD_BYTES) page.destroy();
      else page.write(text);
    }
  };
  const timer = setInterval(() => write(':\n\n'), SIGN_OF_LIFE_MILLISECONDS);
  timer.unref();
  return {
    open(response, session) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': listening\n\n');
      pages.set(response, session);
      response.on('close', () => pages.delete(response));
    },
    end(session) {
      for (const [page, of] of pages) if (of === session) page.end();
    },
    tell(name, data) {
      if (pages.size > 0) write(`event: ${name}\ndata: ${JSON.stringify(data())}\n\n`);
    },
    isHeard: () => pages.size > 0,
    close: () => clearInterval(timer),
  };
}
