import { closeSync, openSync, writeSync } from 'node:fs';

/** Where the bytes of an ONNX file go. */
export interface OnnxSink {
  append(bytes: Uint8Array): void;
  /** Replaces bytes that are there already. */
  overwrite(position: number, bytes: Uint8Array): void;
}

export interface FileSink extends OnnxSink {
  close(): void;
}

/** A new file. Written synchronously: the compiler has nothing else to do meanwhile, and holds one tensor at a time. */
export function fileSink(path: string): FileSink {
  const file = openSync(path, 'wx');
  let length = 0;
  const writeAll = (bytes: Uint8Array, position: number) => {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  };
  return {
    append: (bytes) => {
      writeAll(bytes, length);
      length += bytes.length;
    },
    overwrite: (position, bytes) => writeAll(bytes, position),
    close: () => closeSync(file),
  };
}

export interface MemorySink extends OnnxSink {
  bytes(): Uint8Array;
}

/** For the parts of a model that are run while it is compiled. */
export function memorySink(): MemorySink {
  const parts: Uint8Array[] = [];
  const changes: Array<[number, Uint8Array]> = [];
  return {
    append: (bytes) => {
      parts.push(bytes);
    },
    overwrite: (position, bytes) => {
      changes.push([position, bytes]);
    },
    bytes: () => {
      const whole = Buffer.concat(parts);
      for (const [position, bytes] of changes) whole.set(bytes, position);
      return whole;
    },
  };
}
