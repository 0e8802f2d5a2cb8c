import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cliptagEmbed, type EmbedAnswer } from './cliptag-embed.ts';
import { type JudgementSettings, unlikePictures } from './judgement.ts';
import { type KnownDifference, knownDifference } from './known-differences.ts';
import { pictureFiles } from './picture-files.ts';
import { foreignDecoder } from './reasons.ts';
import { type Reference, references } from './reference.ts';

export interface CorpusSettings extends JudgementSettings {
  readonly python: string;
  readonly known: readonly KnownDifference[];
}

/** A picture, and what is to be said of it. */
export interface Finding {
  readonly path: string;
  readonly text: string;
}

/** What Cliptag and the reference make of a collection's pictures. */
export interface CollectionReport {
  readonly name: string;
  readonly pictures: number;
  readonly tagged: number;
  readonly unsupported: number;
  readonly failed: number;
  /** Tagged, and read by the reference as well. */
  readonly compared: number;
  /** Wrong pixels, crashes, hangs, reasons of another picture: what must not be. */
  readonly faults: readonly Finding[];
  /** Below the minimum, for a reason that was looked at. */
  readonly knownDifferences: readonly Finding[];
  /** The reference reads them, Cliptag calls them failed. */
  readonly missed: readonly Finding[];
  /** Cliptag tags them, the reference does not read them or has no clear picture of them. */
  readonly unproved: readonly Finding[];
  /** Each kind of picture that Cliptag names as unsupported. */
  readonly unsupportedKinds: readonly Finding[];
}

type Embedded = Extract<EmbedAnswer, { embedding: unknown }>;
type Fault = Exclude<EmbedAnswer, Embedded>;
const isEmbedded = (answer: EmbedAnswer): answer is Embedded => 'embedding' in answer;
const isFault = (answer: EmbedAnswer): answer is Fault => !isEmbedded(answer);

/** Runs Cliptag and the reference over the pictures of a folder. */
export async function compareCollection(folder: string, settings: CorpusSettings): Promise<CollectionReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'cliptag-corpus-'));
  try {
    return await compare(folder, scratch, settings);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function compare(folder: string, scratch: string, settings: CorpusSettings): Promise<CollectionReport> {
  const paths = await pictureFiles(folder);
  const { answers, faults: crashes } = await cliptagEmbed(paths, settings);
  const embedded = answers.filter(isEmbedded);
  const broken = answers.filter(isFault);
  const read = await references(paths, { ...settings, folder: scratch });
  const judged = await judgedPictures(embedded, read, settings);
  return {
    name: basename(folder),
    pictures: paths.length,
    tagged: embedded.length,
    unsupported: broken.filter(({ status }) => status === 'unsupported').length,
    failed: broken.filter(({ status }) => status === 'failed').length,
    ...judged,
    faults: [
      ...crashes.map((text) => ({ path: folder, text })),
      ...judged.faults,
      ...(await foreignReasons(broken, settings)),
    ],
    missed: broken
      .filter(({ status, path }) => status === 'failed' && 'png' in (read.get(path) ?? {}))
      .map(({ path, reason }) => ({ path, text: reason })),
    unproved: embedded.flatMap(({ path }) => unproved(path, read.get(path))),
    unsupportedKinds: broken
      .filter(({ status }) => status === 'unsupported')
      .map(({ path, reason }) => ({ path, text: reason })),
  };
}

/** Pillow draws none. */
const DRAWING = /\.svgz?$/i;

function unproved(path: string, reference: Reference | undefined): readonly Finding[] {
  if (!reference || 'png' in reference || DRAWING.test(path)) return [];
  return [{ path, text: 'refused' in reference ? reference.refused : `unclear: ${reference.unclear}` }];
}

/** Compares every picture that was tagged with its reference. */
async function judgedPictures(
  embedded: readonly Embedded[],
  read: ReadonlyMap<string, Reference>,
  settings: CorpusSettings,
) {
  const { known } = settings;
  const pairs = embedded.flatMap(({ path, embedding }) => {
    const reference = read.get(path);
    return reference && 'png' in reference ? [{ path, embedding, ...reference }] : [];
  });
  const { unlike, faults: crashes } = await unlikePictures(pairs, settings);
  const faults: Finding[] = crashes.map((text) => ({ path: 'the reference', text }));
  const knownDifferences: Finding[] = [];
  for (const { path, cosine, difference } of unlike) {
    const why = await knownDifference(path, known);
    const text = `cosine ${cosine.toFixed(3)} to the reference, pixels ${difference.toFixed(1)} off`;
    if (why === undefined) faults.push({ path, text: `wrong pixels: ${text}` });
    else knownDifferences.push({ path, text: `${text}: ${why}` });
  }
  return { compared: pairs.length, faults, knownDifferences };
}

/** Reasons that are another picture's: they change with the company, or name another format's decoder. */
async function foreignReasons(
  broken: readonly Fault[],
  settings: CorpusSettings,
): Promise<readonly Finding[]> {
  const { answers, faults } = await cliptagEmbed(broken.map(({ path }) => path).reverse(), settings);
  const again = new Map(answers.map((answer) => [answer.path, isFault(answer) ? answer.reason : 'tagged']));
  return [
    ...faults.map((text) => ({ path: 'the second run', text })),
    ...broken.flatMap(({ path, reason }) => {
      const second = again.get(path);
      if (second !== reason) return [{ path, text: `reason "${reason}", in other company "${second}"` }];
      return foreignDecoder(reason) ? [{ path, text: `reason of another format: "${reason}"` }] : [];
    }),
  ];
}
