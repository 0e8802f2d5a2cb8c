import { apiApp } from '../../api/api-app.ts';
import type { ApiPorts } from '../../api/api-ports.ts';
import type { Background } from '../../core/calibration/background.ts';
import { CliptagError } from '../../core/errors.ts';
import { explainImage } from '../../core/explanation/image-explanation.ts';
import { embeddingFromBytes, type PromptEncoder } from '../../core/labels/embedding.ts';
import { listedObjectBody } from '../../core/objects/listed-object.ts';
import { correctByNames } from '../../core/records/correct-by-names.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import type { ImageSearch } from '../../core/search/image-search.ts';
import { describeImage } from '../../core/tagging/describe-image.ts';
import type { Tagger } from '../../core/tagging/tag-image.ts';
import type { DynamoDbEndpoint } from '../dynamodb/dynamodb-endpoint.ts';
import type { Labelling } from '../label-sets/labelling.ts';
import type { LiveLabelSets } from '../label-sets/live-label-sets.ts';
import type { OwnLabelSets } from '../label-sets/own-label-sets.ts';
import type { PagePorts } from '../page-server/page-ports.ts';
import type { LocalQueue } from '../queue/contract.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import type { CollectedImages } from './collected-images.ts';
import { labelSetPorts } from './label-set-ports.ts';
import { pictures } from './pictures.ts';
import type { Throughput } from './throughput.ts';
import { uploads } from './uploads.ts';

export interface PageApiOptions {
  readonly pipeline: {
    readonly s3: Pick<S3Endpoint, 'url' | 'open' | 'newObjects'>;
    readonly queue: Pick<LocalQueue, 'send' | 'counts'>;
    readonly dynamodb: Pick<DynamoDbEndpoint, 'readImages'>;
    readonly tagger: Tagger & { readonly table: ScannableTable };
    readonly labelSets: LiveLabelSets;
    readonly ownLabelSets: OwnLabelSets;
  };
  readonly bucket: string;
  readonly search: ImageSearch;
  readonly collected: CollectedImages;
  readonly throughput: Throughput;
  readonly labelling: Labelling;
  /** Of the pipeline's model. */
  readonly textEncoder: PromptEncoder;
  /** Pictures that come with it. */
  readonly background: () => Promise<Background | undefined>;
  /** Where the forms of uploads are sent. */
  readonly uploadForms: string;
  readonly warn: (message: string) => void;
}

/** The HTTP API before the pipeline on this machine: it shows the images of every bucket, and uploads to one. */
export function pageApi(options: PageApiOptions): Pick<PagePorts, 'api' | 'storeUpload'> {
  const { pipeline, bucket, uploadForms, warn } = options;
  const taken = uploads({ s3: pipeline.s3, bucket, url: uploadForms });
  const app = apiApp(
    { ...apiPorts(options), startUpload: taken.start },
    {
      scope: { buckets: [], prefixes: [] },
      uploadBucket: bucket,
      modelDigest: pipeline.tagger.encoder.modelDigest,
      maximumPictureBytes: pipeline.tagger.maximumBytes,
      report: (error, { method, path }) => warn(`${method} ${path} failed: ${error}`),
    },
  );
  return { api: (request) => app.fetch(request), storeUpload: taken.store };
}

function apiPorts(options: PageApiOptions): ApiPorts {
  const { pipeline, search, collected, throughput } = options;
  const { tagger, queue, s3, dynamodb } = pipeline;
  const { table, now } = tagger;
  return {
    search,
    ...pictures({ s3, tagger }),
    image: async (name) => (await dynamodb.readImages([name]))[0],
    async embed(picture) {
      const { embedding, modelDigest } = await describeImage(picture, tagger, []);
      return embeddingFromBytes(embedding, modelDigest).values;
    },
    async why(image, label) {
      const [record] = await dynamodb.readImages([image]);
      if (!record)
        throw new CliptagError('no-image', `there is no record of s3://${image.bucket}/${image.key}`);
      return explainImage(record, {
        classifiers: pipeline.labelSets.now().classifiers,
        label,
        table,
        encode: options.textEncoder.encode,
      });
    },
    correct: (image, names) =>
      correctByNames(image, names, { labelSets: pipeline.labelSets.now().labelSets, table, now }),
    ...labelSetPorts(options),
    async retry({ bucket, key, eTag = '-', sizeBytes = 0, recordedAt }) {
      const object = { bucket, key, eTag, sizeBytes, lastModified: recordedAt };
      await queue.send(listedObjectBody({ ...object, isRetry: true }));
    },
    async status() {
      const { visible, inFlight, deadLetters } = queue.counts();
      const images = { ...(await collected.counts()) };
      return {
        queue: { visible, inFlight },
        deadLetters,
        images,
        imagesPerSecond: throughput.perSecond(),
        s3Endpoint: s3.url,
      };
    },
  };
}
