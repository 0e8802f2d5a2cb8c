import { readBackground } from '../adapters/files/model-background.ts';
import { readModel } from '../adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { shownImage } from '../api/shown-image.ts';
import type { Background } from '../core/calibration/background.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import { imageOf } from '../core/records/image-record.ts';
import type { Item, TagTable } from '../core/records/tag-table.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import type { TaggingOutcome } from '../core/tagging/tag-image.ts';
import { taggerIdentity } from '../core/tagging/tagger-identity.ts';
import { wholeSearch } from '../search/whole-search.ts';
import { closeInTurn } from './closing.ts';
import { retagCommand } from './control-api/local-pipeline.ts';
import { controlPorts } from './control-ports.ts';
import type { WrittenImage } from './dynamodb/written-records.ts';
import type { PortChoice } from './http/loopback-server.ts';
import type { Reach } from './http/reach.ts';
import { openLabelling } from './label-sets/labelling.ts';
import { type CollectedImages, collectImages } from './page-api/collected-images.ts';
import { pageApi } from './page-api/page-api.ts';
import { throughput } from './page-api/throughput.ts';
import { UPLOAD_FORMS } from './page-host/page-host.ts';
import { type PageServer, startPageServer } from './page-server/page-server.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from './pipeline.ts';

/** How the pipeline stands. */
export interface LiveCounts {
  readonly pictures: number;
  readonly perSecond: number;
  /** Messages that wait or are in work. */
  readonly waiting: number;
  readonly failed: number;
  readonly deadLetters: number;
}

export interface Page {
  readonly port: number;
  /** What follows the address in a link that lets one browser in, once and soon; empty where no token is asked for. */
  linkEnd(): string;
  /** To be told what became of each image. */
  noteOutcome(outcome: TaggingOutcome): void;
  /** How the pipeline stands. */
  counts(): Promise<LiveCounts>;
  /** Begins to tag all pictures anew by the label sets in use. */
  retag(): void;
  /** Says how many pictures have tags of other label sets than those in use, if some have. */
  tellOthers(): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly port: PortChoice;
  /** @default this machine alone */
  readonly reach?: Reach | undefined;
  /** @default everybody who reaches it may ask */
  readonly token?: string | undefined;
  /** Keeps which browsers have logged out. */
  readonly loggedOutFile?: string | undefined;
  readonly modelFolder: string;
  /** Has a listener told of each image record that is written from now on. */
  readonly listen: (listener: (written: WrittenImage) => void) => void;
  readonly warn: (message: string) => void;
  /** Gets what is to be said of changed label sets, line by line. @default nobody */
  readonly print?: ((line: string) => void) | undefined;
}

/**
 * Serves the page and the API of a running pipeline. The images of the table come into memory beside that; a search waits until
 * they are there.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function startPage(pipeline: Pipeline, options: PageOptions): Promise<Page> {
  const { warn, port, reach, token, loggedOutFile } = options;
  const { dynamodb } = pipeline;
  const { modelDigest } = pipeline.tagger.encoder;
  let tell: PageServer['tell'] = () => {};
  const collected = collectImages({ modelDigest, dynamodb, warn });
  // Before the first image is loaded, so that no write falls between.
  options.listen((written) => {
    collected.take(written).catch((error: unknown) => warn(`${written.key} cannot be searched: ${error}`));
    const { record } = written;
    if (record) tell(() => shownImage(record, modelDigest));
  });
  const {
    search,
    textEncoder,
    background,
    close: closeSearch,
  } = await openSearch(pipeline, collected, options.modelFolder);
  const rate = throughput();
  const countOthers = () =>
    collected.countOthers(taggerIdentity(modelDigest, pipeline.labelSets.now().classifiers));
  let server: PageServer | undefined;
  const labelling = openLabelling({
    ...{ labelSets: pipeline.labelSets, table: pipeline.tagger.table, countOthers },
    command: () => retagCommand(server?.port),
    print: options.print ?? (() => {}),
    tellPages: () => server?.tellLabelSets(),
  });
  const api = pageApi({
    ...{
      pipeline,
      bucket: LOCAL_BUCKET_NAME,
      search,
      collected,
      throughput: rate,
      warn,
      labelling,
      textEncoder,
    },
    background,
    uploadForms: UPLOAD_FORMS,
  });
  const closers = [labelling.close, collected.close, closeSearch];
  const control = controlPorts(pipeline, countOthers);
  const onGuesses = (address: string, guesses: number) =>
    warn(`${guesses} wrong tokens came from ${address}: it has to wait longer for each more`);
  const access = { port, reach, token, loggedOutFile, onGuesses };
  server = await startPageServer(access, { control, ...api }).catch(async (error: unknown) => {
    await closeInTurn(closers).catch(() => {});
    throw error;
  });
  tell = server.tell;
  return {
    port: server.port,
    noteOutcome({ result }) {
      if (result !== 'superseded') rate.note();
    },
    linkEnd: server.linkEnd,
    async counts() {
      const { tagged, unsupported, failed } = await collected.counts();
      const { visible, inFlight, deadLetters } = pipeline.queue.counts();
      return {
        ...{
          pictures: tagged + unsupported + failed,
          perSecond: rate.perSecond(),
          failed: unsupported + failed,
        },
        ...{ waiting: visible + inFlight, deadLetters },
      };
    },
    retag: labelling.retag,
    tellOthers: labelling.tellOthers,
    close: () => closeInTurn([server.close, ...closers]),
  };
}

interface OpenedSearch {
  readonly search: ImageSearch;
  readonly textEncoder: PromptEncoder;
  background(): Promise<Background | undefined>;
  close(): Promise<void>;
}

/** The text encoder is loaded with the first text that somebody looks for, and kept. */
async function openSearch(
  { labelSets, dynamodb }: Pipeline,
  { collection, whole }: CollectedImages,
  modelFolder: string,
): Promise<OpenedSearch> {
  const model = await readModel(modelFolder);
  const textEncoder = onnxTextEncoder(model);
  const search = wholeSearch({
    collection,
    table: recordTable(dynamodb),
    labelSets: () => labelSets.now().labelSets,
    textEncoder: async () => textEncoder,
  });
  return {
    ...{ search: searchOnceWhole(search, whole), textEncoder, close: textEncoder.close },
    background: () => readBackground(model),
  };
}

/** Answers of a part of the images would be wrong. */
function searchOnceWhole(search: ImageSearch, whole: () => Promise<void>): ImageSearch {
  return {
    search: (request) => whole().then(() => search.search(request)),
    similar: (request) => whole().then(() => search.similar(request)),
    duplicates: (request) => whole().then(() => search.duplicates(request)),
    labelCounts: () => whole().then(() => search.labelCounts()),
  };
}

/** A page of fifty records would take dynalite and the SDK ten times as long. */
function recordTable({ readImages }: Pipeline['dynamodb']): Pick<TagTable, 'readBatch'> {
  return {
    async readBatch({ Keys, ExpressionAttributeNames = {} }) {
      const withEmbeddings = Object.values(ExpressionAttributeNames).includes('embedding');
      const records = await readImages(
        Keys.map(({ PK }) => imageOf(PK)),
        { withEmbeddings },
      );
      return records as unknown as readonly Item[];
    },
  };
}
