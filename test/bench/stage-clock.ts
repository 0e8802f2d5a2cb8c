import type { Tagger } from '../../functions/core/tag-image.ts';

export type Stage = 'fetch' | 'decode' | 'encode' | 'read' | 'write';

/** Wraps a tagger's ports so that the time spent in each adds up, in milliseconds. */
export function stageClock(tagger: Tagger): { tagger: Tagger; milliseconds: Record<Stage, number> } {
  const milliseconds: Record<Stage, number> = { fetch: 0, decode: 0, encode: 0, read: 0, write: 0 };
  async function timed<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      milliseconds[stage] += performance.now() - started;
    }
  }
  const { objects, decoder, encoder, table } = tagger;
  return {
    milliseconds,
    tagger: {
      ...tagger,
      objects: { ...objects, fetch: (...args) => timed('fetch', () => objects.fetch(...args)) },
      decoder: { decode: (...args) => timed('decode', () => decoder.decode(...args)) },
      encoder: {
        ...encoder,
        encode: async (pixels) => {
          const ready = await pixels; // decoding is a stage of its own
          return timed('encode', () => encoder.encode(ready));
        },
      },
      table: {
        ...table,
        read: (request) => timed('read', () => table.read(request)),
        write: (request) => timed('write', () => table.write(request)),
      },
    },
  };
}
