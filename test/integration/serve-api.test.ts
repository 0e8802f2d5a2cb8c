import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../functions/client/client.ts';
import { imageRecordOf, readImageRecord } from '../../functions/core/records/image-record.ts';
import { thumbnailName } from '../../functions/core/thumbnails/thumbnail-store.ts';
import { functionUrlHandler } from '../../functions/serve-api/function-url.ts';
import { type DeployedApi, startDeployedApi } from '../fixtures/deployed-api.ts';
import { functionUrlEvent } from '../fixtures/function-url-event.ts';
import { drawn } from '../fixtures/pictures.ts';
import { untilIdle } from '../fixtures/tiny-pipeline.ts';

let api: DeployedApi;
let client: ReturnType<typeof createClient>;

/** A client that calls the API by the events of its URL. */
beforeAll(async () => {
  const report = (error: unknown) => {
    throw error;
  };
  api = await startDeployedApi({ keys: ['a.png', 'in/b.png', 'in/c d+é.png'], prefix: 'in/', report });
  const handler = functionUrlHandler((request) => api.app.fetch(request));
  client = createClient({
    url: 'https://abcdefghij.lambda-url.eu-central-1.on.aws',
    fetch: async (request) => {
      const {
        statusCode = 0,
        headers,
        body,
        isBase64Encoded,
      } = await handler(await functionUrlEvent(request));
      const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
      return new Response(bytes.length > 0 ? bytes : null, {
        status: statusCode,
        headers: headers as Record<string, string>,
      });
    },
  });
});
afterAll(() => api.close());

const ODD = { bucket: 'photos', key: 'in/c d+é.png' };

describe('the API of a deployed pipeline', () => {
  it('finds images, by label and by status', async () => {
    expect((await client.search('')).total).toBe(4);
    const { images } = await client.search('cat OR dog', { order: 'name' });
    expect(images.map(({ key }) => key)).toEqual(['a.png', 'in/b.png', 'in/c d+é.png']);
    expect((await client.search('status:failed')).images).toMatchObject([{ reasonCode: 'not-an-image' }]);
    expect((await client.labels()).length).toBeGreaterThan(0);
    await expect(client.search('(')).rejects.toMatchObject({ code: 'invalid-query', status: 400 });
  });

  it('encodes a free text, for which it loads the text encoder', async () => {
    const { understood } = await client.search('"photo"', { all: true });
    expect(understood).toContain('photo');
  });

  it('finds similar images, by an image, by a picture and by a query, and duplicates', async () => {
    const drawing = await drawn(24, 24, (x, y) => [254, 20 + x, 20 + y])
      .png()
      .toBuffer();
    const picture = new Blob([new Uint8Array(drawing)], { type: 'image/png' });
    for (const to of [ODD, picture]) {
      const { images } = await client.similar(to, { all: true });
      expect(images.map(({ key }) => key)).toEqual(expect.arrayContaining(['a.png', 'in/b.png']));
    }
    expect(await client.duplicates({ kind: 'scene' })).toHaveProperty('groups');
    await expect(client.similar(new Blob(['no picture']))).rejects.toMatchObject({
      ...{ status: 422, code: 'not-an-image' },
    });
  });

  it('leads to an object by an address that S3 takes', async () => {
    const picture = await client.original(ODD);
    expect(picture.type).toBe('image/png');
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('leads to no object above its prefix, though there is a record of it', async () => {
    for (const ask of [client.image, client.original, client.retry, client.similar]) {
      await expect(ask({ bucket: 'photos', key: 'a.png' })).rejects.toMatchObject({ code: 'no-image' });
    }
  });

  it('tells why an image carries labels, from its record', async () => {
    const { tags } = await client.image(ODD);
    const { labels, sets } = await client.why(ODD);
    expect(sets).toMatchObject([{ set: 'tiny', state: 'current', mode: 'exclusive' }]);
    const shown = labels
      .filter(({ isShown }) => isShown)
      .map(({ set, label, score }) => ({ set, label, score }));
    expect(shown).toEqual(tags);
    const [cat] = (await client.why(ODD, 'CAT')).labels;
    expect(cat).toMatchObject({
      label: 'cat',
      model: { names: 2, rivals: [{ kind: 'label', text: 'dog' }] },
    });
    expect(cat?.prompts).toEqual([{ text: 'a photo of a cat', cosine: cat?.model?.cosine }]);
    await expect(client.why(ODD, 'kat')).rejects.toMatchObject({ status: 400, code: 'invalid-input' });
    await expect(client.why({ ...ODD, key: 'a.png' })).rejects.toMatchObject({ code: 'no-image' });
  });

  it('shows the label sets that it was deployed with, and says where others come from', async () => {
    const { labelSets, ...rest } = await client.labelSets();
    expect(labelSets).toMatchObject([{ name: 'tiny', labels: ['cat', 'dog'], isOwn: false }]);
    expect(rest).toEqual({ changes: [], faults: [], canWrite: false });
    const written = client.saveLabelSet({ name: 'pets', mode: 'independent', labels: ['cat'] });
    await expect(written).rejects.toMatchObject({
      code: 'not-offered',
      message: expect.stringContaining('cdk deploy -c labels=FILE'),
    });
    await expect(client.retag()).rejects.toMatchObject({
      code: 'not-offered',
      message: expect.stringContaining('cliptag retag --stack'),
    });
  });

  it('takes corrections, which the next search knows', async () => {
    const { tags } = await client.image(ODD);
    const [{ set, label } = { set: '', label: '' }] = tags;
    const corrected = await client.correct(ODD, { remove: [{ set, label }] });
    expect(corrected.tags.map((tag) => tag.label)).not.toContain(label);
    expect(corrected.corrections).toMatchObject([{ label, isThere: false }]);
  });

  it('sends an image that failed to the queue once more', async () => {
    await client.retry({ bucket: 'photos', key: 'in/broken.jpg' });
    expect(api.sent.map((body) => JSON.parse(body).listedObject)).toMatchObject([
      { key: 'in/broken.jpg', isRetry: true },
    ]);
  });

  it('makes a form that S3 takes a picture by, under a key that was free', async () => {
    const bytes = await drawn(24, 24, (x, y) => [x, y, 200])
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(bytes)], 'b.png', { type: 'image/png' });
    expect(await client.upload(file)).toEqual({ bucket: 'photos', key: 'in/b-2.png' });
    await untilIdle(api.pipeline);
    expect(await client.image({ bucket: 'photos', key: 'in/b-2.png' })).toMatchObject({ status: 'tagged' });
  });

  it('counts images, messages and dead letters', async () => {
    expect(await client.status()).toMatchObject({
      queue: { visible: 3, inFlight: 1 },
      deadLetters: 3,
      images: { failed: 1 },
    });
  });

  it('leads to a thumbnail where one was made, by the very state of the image', async () => {
    await expect(client.thumbnail(ODD)).rejects.toMatchObject({ code: 'no-image' });
    const item = await api.pipeline.tagger.table.read(readImageRecord(ODD));
    const name = thumbnailName(imageRecordOf(item ?? {}));
    const webp = Buffer.from('a small picture');
    await api.pipeline.bucket.put(`thumbnails/${name}`, webp, webp.length);
    const found = await client.thumbnail(ODD);
    expect([found.type, await found.text()]).toEqual(['image/webp', 'a small picture']);
  });
});
