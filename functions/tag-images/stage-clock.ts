import type { Tagger } from '../core/tagging/tag-image.ts';

/** `read` and `write` are those of the table. */
export type Stage = 'fetch' | 'decode' | 'encode' | 'read' | 'write';

/** What one image, or several in turn, spent in each stage; 0 for a stage that was not entered. */
export type StageMilliseconds = Readonly<Record<Stage, number>>;

/**
 * Wraps a tagger's ports so that the time spent in each adds up, in milliseconds. Images that are in flight together
 * need a clock each. Overlapping calls of one stage, such as the writes of an image's entries, count once: a stage
 * never takes longer than its image.
 */
export function stageClock(tagger: Tagger): { tagger: Tagger; milliseconds: StageMilliseconds } {
  const milliseconds: Record<Stage, number> = { fetch: 0, decode: 0, encode: 0, read: 0, write: 0 };
  const underWay: Record<Stage, number> = { fetch: 0, decode: 0, encode: 0, read: 0, write: 0 };
  const began: Record<Stage, number> = { fetch: 0, decode: 0, encode: 0, read: 0, write: 0 };
  function begin(stage: Stage): void {
    if (underWay[stage]++ === 0) began[stage] = performance.now();
  }
  function end(stage: Stage): void {
    if (--underWay[stage] === 0) milliseconds[stage] += performance.now() - began[stage];
  }
  async function timed<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    begin(stage);
    try {
      return await work();
    } finally {
      end(stage);
    }
  }
  const { objects, decoder, table } = tagger;
  return {
    milliseconds,
    tagger: {
      ...tagger,
      objects: { ...objects, fetch: (...args) => timed('fetch', () => objects.fetch(...args)) },
      decoder: { ...decoder, decode: (...args) => timed('decode', () => decoder.decode(...args)) },
      encoder: timedEncoder(tagger.encoder, begin, end),
      table: {
        ...table,
        read: (request) => timed('read', () => table.read(request)),
        write: (request) => timed('write', () => table.write(request)),
      },
    },
  };
}

/**
 * Times encoding from the moment when the pixels have come, since decoding is a stage of its own. The pixels are handed
 * on as the promise that they are, for the encoder waits for images on their way to run them together.
 */
function timedEncoder(
  encoder: Tagger['encoder'],
  begin: (stage: Stage) => void,
  end: (stage: Stage) => void,
): Tagger['encoder'] {
  return {
    ...encoder,
    encode: async (pixels) => {
      let hasBegun = false;
      const ready = Promise.resolve(pixels).then((arrived) => {
        hasBegun = true;
        begin('encode');
        return arrived;
      });
      try {
        return await encoder.encode(ready);
      } finally {
        if (hasBegun) end('encode');
      }
    },
  };
}
