import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { S3Error } from '../../../../functions/local/s3-endpoint/errors.ts';
import { readForm } from '../../../../functions/local/s3-endpoint/form-reader.ts';

/** The bytes in pieces of these sizes, over and over. */
async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(type: string, body: Buffer | string, sizes: readonly number[] = [Infinity]) {
  const form = await readForm(type, pieces(Buffer.from(body), sizes));
  const file: Buffer[] = [];
  for await (const piece of form.file()) file.push(Buffer.from(piece));
  return { fields: Object.fromEntries(form.fields), fileName: form.fileName, file: Buffer.concat(file) };
}

const TYPE = 'multipart/form-data; boundary=b';
const part = (disposition: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const withFile = (disposition: string) => `${part(disposition, 'x')}--b--`;

describe('readForm', () => {
  it('reads what the platform writes, however the bytes are cut', async () => {
    const name = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => text !== 'file');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.string({ maxLength: 50, unit: 'binary' })), { maxLength: 5 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (fields, file, fileName, sizes) => {
          const form = new FormData();
          for (const [field, value] of fields) form.append(field, value);
          form.append('file', new Blob([Buffer.from(file)]), fileName);
          const encoded = new Response(form);
          const body = Buffer.from(await encoded.arrayBuffer());
          const got = await read(encoded.headers.get('content-type') ?? '', body, sizes);
          expect(got.file.equals(Buffer.from(file))).toBe(true);
          // The platform's own reader tells what it has written: line ends are made one kind, and so on.
          const again = await new Response(body, { headers: encoded.headers }).formData();
          const expected = [...again].filter(([field]) => field !== 'file');
          expect(got.fields).toEqual(
            Object.fromEntries(expected.map(([field, value]) => [field.toLowerCase(), value])),
          );
        },
      ),
    );
  });

  it('answers any bytes with a form or one of S3’s errors, in the memory of a few kilobytes', async () => {
    const words = [
      '--b',
      '\r\n',
      '--',
      'Content-Disposition: form-data; name="file"',
      '; filename="',
      '"',
      '\\',
      ';',
      ':',
      'x',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5, unit: 'binary' })), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (made, size) => {
        const outcome = await read(TYPE, made.join(''), [size]).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(S3Error);
      }),
    );
  });

  it.each([
    ['name="file"; filename="a b.jpg"', 'a b.jpg'],
    ['name=file; filename=a.jpg', 'a.jpg'],
    ['filename="a; name=key"; name="file"', 'a; name=key'],
    ['name="file"; filename="say \\"a\\".jpg"', 'say "a".jpg'],
    ['name="file"; filename="say %22a%22.jpg"', 'say "a".jpg'],
    ['name="file"; filename="x"; filename*=UTF-8\'\'%e2%82%ac.jpg', '€.jpg'],
    ['name="file"; filename="x"; filename*=UTF-8\'\'%ff.jpg', 'x'],
    ['name="FILE"; filename="été.jpg"', 'été.jpg'],
    ['name="file"', ''],
  ])('finds the name of the file in %s', async (disposition, fileName) => {
    expect(await read(TYPE, withFile(disposition))).toMatchObject({ fileName, file: Buffer.from('x') });
  });

  it.each([
    ['multipart/form-data; boundary="b"'],
    ['Multipart/Form-Data;charset=utf-8;boundary=b'],
    ['multipart/form-data; boundary=b; charset=utf-8'],
  ])('finds the boundary in %s', async (type) => {
    expect(await read(type, withFile('name="file"'))).toMatchObject({ file: Buffer.from('x') });
  });

  it('passes over what stands before the first boundary and behind the file', async () => {
    const body = `hello\r\n${part('name="a"', '1')}${part('name="file"', 'x')}${part('name="late"', '2')}--b--\r\nbye`;
    expect(await read(TYPE, body)).toMatchObject({ fields: { a: '1' }, file: Buffer.from('x') });
  });

  it('ends its reading of the body when the form is no form', async () => {
    let isClosed = false;
    async function* body() {
      try {
        for (;;) yield Buffer.alloc(10_000);
      } finally {
        isClosed = true;
      }
    }
    await expect(readForm(TYPE, body())).rejects.toMatchObject({ code: 'MaxPostPreDataLengthExceededError' });
    expect(isClosed).toBe(true);
  });
});
