import { S3Error } from './errors.ts';

/**
 * Reads the fields of a `multipart/form-data` body (https://www.rfc-editor.org/rfc/rfc7578) up to its file, and then the
 * file, piece by piece. It is our own, as the libraries (busboy 1.6, @fastify/busboy 3.2) hand over a file by events,
 * whether or not anybody is ready for it, and all that S3's forms need of them are these lines.
 */
export interface UploadForm {
  /** Those before the file; names in lower case. Of a name that comes twice, the last counts. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  /** To be read to its end, which alone tells that the file has come whole. */
  file(): AsyncIterable<Buffer>;
  /** Leaves the rest of the body. */
  release(): Promise<void>;
}

/** "The form data and boundaries (excluding the contents of the file) cannot exceed 20K" (S3's API, POST Object). */
const MAXIMUM_FIELD_BYTES = 20 * 1024;
/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const BOUNDARY = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
const FILE_FIELD = 'file';
const LINE_END = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/**
 * @param contentType header of the request
 * @throws {S3Error} `PreconditionFailed`, `MalformedPOSTRequest`, `MaxPostPreDataLengthExceededError`, `InvalidArgument`
 */
export async function readForm(contentType: string, body: AsyncIterable<Buffer>): Promise<UploadForm> {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) {
    const message = 'Bucket POST must be of the enclosure-type multipart/form-data, with a boundary.';
    throw new S3Error(412, 'PreconditionFailed', message);
  }
  const reader = createPieceReader(body);
  try {
    return await readFields(reader, Buffer.from(`\r\n--${boundary}`));
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function readFields(reader: PieceReader, delimiter: Buffer): Promise<UploadForm> {
  const fields = new Map<string, string>();
  let left = MAXIMUM_FIELD_BYTES;
  const text = async (end: Buffer) => {
    const bytes = await reader.until(end, left);
    left -= bytes.length + end.length;
    return bytes.toString('utf8');
  };
  // The first boundary need not stand behind a line's end.
  reader.unread(LINE_END);
  await text(delimiter);
  for (;;) {
    if ((await text(LINE_END)).trim() !== '') throw noFile(); // the last boundary ends in `--`
    // A part without headers has no line before the empty one.
    reader.unread(LINE_END);
    const { name, fileName } = parseDisposition(await text(HEADERS_END));
    if (name === FILE_FIELD)
      return { fields, fileName, file: () => reader.upTo(delimiter), release: reader.close };
    fields.set(name, await text(delimiter));
  }
}

/** `form-data; name="file"; filename="a.jpg"` */
const DISPOSITION = /(?:^|\r\n)content-disposition:\s*form-data\s*(;[^\r\n]*)/i;
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/g;

function parseDisposition(headers: string): { name: string; fileName: string } {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of (DISPOSITION.exec(headers)?.[1] ?? '').matchAll(PARAMETER))
    parameters.set(name.toLowerCase(), quoted === undefined ? plain : unquoted(quoted));
  const name = parameters.get('name');
  if (name === undefined) throw malformed('a part has no name');
  const fileName = decodedName(parameters.get('filename*')) ?? parameters.get('filename') ?? '';
  return { name: name.toLowerCase(), fileName };
}

/** Browsers write `"` as `%22`, other programs as `\"`. */
function unquoted(text: string): string {
  return text.replace(/\\(["\\])|%(22|0D|0A)/gi, (code, escaped) => escaped ?? decodeURIComponent(code));
}

/** Some programs give a name in UTF-8 a second time, encoded. */
function decodedName(text: string | undefined): string | undefined {
  const [, encoded] = /^utf-8''(.*)$/i.exec(text ?? '') ?? [];
  return encoded !== undefined && isUriEncoded(encoded) ? decodeURIComponent(encoded) : undefined;
}

function isUriEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function noFile(): S3Error {
  return new S3Error(400, 'InvalidArgument', 'POST requires exactly one file upload per request.');
}

function malformed(fault: string): S3Error {
  const message = `The body of your POST request is not well-formed multipart/form-data: ${fault}.`;
  return new S3Error(400, 'MalformedPOSTRequest', message);
}

/** Reads a stream of buffers that are cut anywhere, up to bytes that are looked for. */
interface PieceReader {
  /** The bytes before the end, which is taken too; at most so many. */
  until(end: Buffer, maximumBytes: number): Promise<Buffer>;
  /** The same without a limit, piece by piece. */
  upTo(end: Buffer): AsyncGenerator<Buffer>;
  unread(bytes: Buffer): void;
  /** Releases the source, whether or not it was read to its end. */
  close(): Promise<void>;
}

/** @throws {S3Error} from each function: `MalformedPOSTRequest` when the bytes end too soon */
function createPieceReader(source: AsyncIterable<Buffer>): PieceReader {
  const iterator = source[Symbol.asyncIterator]();
  let buffered: Buffer = Buffer.alloc(0);

  async function readMore(): Promise<void> {
    const next = await iterator.next();
    if (next.done) throw malformed('it ends too soon');
    buffered = buffered.length === 0 ? next.value : Buffer.concat([buffered, next.value]);
  }

  function take(count: number): Buffer {
    const taken = buffered.subarray(0, count);
    buffered = buffered.subarray(count);
    return taken;
  }

  return {
    async until(end, maximumBytes) {
      for (;;) {
        const at = buffered.indexOf(end);
        if (at >= 0 ? at + end.length > maximumBytes : buffered.length > maximumBytes) {
          const message = 'Your POST request fields preceding the upload file were too large.';
          throw new S3Error(400, 'MaxPostPreDataLengthExceededError', message);
        }
        if (at >= 0) return take(at + end.length).subarray(0, at);
        await readMore();
      }
    },
    async *upTo(end) {
      for (;;) {
        const at = buffered.indexOf(end);
        // The end may have begun in the last bytes.
        const sure = at < 0 ? buffered.length - end.length + 1 : at;
        if (sure > 0) yield take(sure);
        if (at >= 0) return;
        await readMore();
      }
    },
    unread(bytes) {
      buffered = Buffer.concat([bytes, buffered]);
    },
    async close() {
      await iterator.return?.();
    },
  };
}
