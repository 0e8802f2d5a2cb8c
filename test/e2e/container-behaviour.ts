import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { s3Bucket } from '../../functions/adapters/aws/s3-bucket.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { cosine, embeddingFromBytes } from '../../functions/core/labels/embedding.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import { sampleNames } from '../../functions/local/samples.ts';
import type { startStores } from '../fixtures/stores.ts';
import { failuresOf, type RunningFunction } from './container-function.ts';
import { processorMilliseconds } from './processor-time.ts';
import { repository } from './support.ts';

type Stores = Awaited<ReturnType<typeof startStores>>;

/** The bucket of the stores. */
const BUCKET = 'bench';
const CIRCLE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="30"/></svg>';
/** All that there is to see is drawn with a font: of this name and kind the image has none. */
const WORD =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><text x="10" y="60" font-size="50" font-family="Arial" font-weight="bold">STOP</text></svg>';
/** Lambda ends a start that takes longer: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_LIMIT_MILLISECONDS = 10_000;
const LOG_MILLISECONDS = 120_000;

/** Tests of what the function must do wherever it runs. */
export function behavesAsFunction(stores: () => Stores, start: () => Promise<RunningFunction>): void {
  let running: RunningFunction | undefined;
  let initMilliseconds: number;
  beforeAll(async () => {
    running = await start();
    await running.ready;
    initMilliseconds = await processorMilliseconds((await running.processId()) ?? 0);
  });
  afterAll(() => running?.stop());
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.log(running?.log())));

  const recordOf = (key: string) =>
    dynamoDbTagTable(stores().tableOptions).read(readImageRecord({ bucket: BUCKET, key }));

  const handedOut = (bodies: readonly string[]) => running && failuresOf(running, bodies);

  async function upload(key: string, bytes: Buffer): Promise<string> {
    const bucket = s3Bucket(BUCKET, stores().s3Options);
    await bucket.put(key, bytes, bytes.length);
    bucket.close();
    const event = { eventVersion: '2.1', eventSource: 'aws:s3', eventTime: new Date().toISOString() };
    const s3 = { bucket: { name: BUCKET }, object: { key, sequencer: '0055AED6DCD90281E5' } };
    return JSON.stringify({ Records: [{ ...event, eventName: 'ObjectCreated:Put', s3 }] });
  }

  it('is ready for events within the time that Lambda gives', () => {
    // Of the processor, for that of the clock depends on what else this machine does. No start takes none.
    expect(initMilliseconds).toBeGreaterThan(50);
    expect(initMilliseconds).toBeLessThan(INIT_LIMIT_MILLISECONDS);
  });

  /** The engine passes lines on in its own time. */
  const isLogged = (text: string) =>
    vi.waitFor(() => expect(running?.log()).toContain(text), { timeout: LOG_MILLISECONDS, interval: 50 });

  it('hides its credentials from the processes that decode', async () => {
    await isLogged('"credentialsHidden":true');
  });

  it('tags the sample photographs of an SQS event', async () => {
    const names = await sampleNames();
    expect(await handedOut(await stores().uploadSamples(names))).toEqual([]);
    for (const name of names) expect(await recordOf(name)).toMatchObject({ status: 'tagged' });
    await isLogged('"message":"image"');
  });

  it('draws an SVG in a process of its own', async () => {
    expect(await handedOut([await upload('circle.svg', Buffer.from(CIRCLE))])).toEqual([]);
    expect(await recordOf('circle.svg')).toMatchObject({ status: 'tagged' });
  });

  it('draws text in an SVG as it is drawn here, whatever fonts there are', async () => {
    expect(await handedOut([await upload('word.svg', Buffer.from(WORD))])).toEqual([]);
    const record = await recordOf('word.svg');
    const there = embeddingFromBytes(record?.embedding as Uint8Array, String(record?.modelDigest));
    const model = await readModel(join(repository, 'models/embedded'));
    const encoder = await onnxImageEncoder(model);
    const [here] = await encoder.encode([
      await sharpPixelDecoder().decode(Buffer.from(WORD), encoder.pixelSpec),
    ]);
    await encoder.close();
    // Float16 keeps four digits; boxes in place of the letters are as far as another picture.
    expect(here && cosine(here, there)).toBeGreaterThan(0.9999);
  });

  it.each(['heic/cat.heic', 'jxl/cat.jxl'])(
    'decodes %s by WebAssembly, in a process of its own',
    async (file) => {
      const bytes = await readFile(join(repository, 'test', 'fixtures', file));
      expect(await handedOut([await upload(file, bytes)])).toEqual([]);
      const tagged = await recordOf(file);
      expect(tagged).toMatchObject({ status: 'tagged', width: 192, height: 128 });
      expect(JSON.stringify(tagged)).toContain('"cat"');
    },
  );

  it('asks once more for a message that it can make nothing of', async () => {
    expect(await handedOut(['no event'])).toEqual([{ itemIdentifier: 'message-0' }]);
  });
}
