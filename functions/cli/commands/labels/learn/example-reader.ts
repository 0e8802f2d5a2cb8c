import { stat } from 'node:fs/promises';
import { type FilePath, pathName } from '../../../../adapters/files/file-path.ts';
import { embeddingAt } from '../../../../core/labels/embedding-matrix.ts';
import type { LabelledImages } from '../../../../core/labels/labelled-images.ts';
import type { Example } from '../../../../core/learning/known-examples.ts';
import type { StoredImages } from '../../../../core/records/stored-images.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';
import { type ImagePath, imagePathsIn, noImagesIn } from '../../../images/image-paths.ts';
import { foundImageBytes, type NamedFault } from '../../../images/image-results.ts';
import { leftOutRemarks } from '../../../images/left-out.ts';
import { type ExampleSource, exampleSource } from './example-source.ts';

/** What sources are looked up in. */
export interface ExampleWorld {
  /** Undefined where only files are asked for and no pipeline runs. */
  readonly stored: StoredImages | undefined;
  /** What people have corrected of the label set. */
  readonly corrected: LabelledImages | undefined;
  /** The bucket of a key by itself. */
  bucket(): string;
  /** @throws {CliptagError} `no-bucket` for one that is not there; asked of those of which nothing is found. @default nobody can tell */
  requireBucket?(bucket: string): Promise<void>;
  /** The images that a query finds, as `s3://BUCKET/KEY`. */
  search(query: string): Promise<readonly string[]>;
  readonly embed: EmbedPictures;
  /** What a fit calls a file. */
  nameOf(path: FilePath): string;
}

/** Embeds pictures, in order. */
export type EmbedPictures = (pictures: readonly ExamplePicture[]) => Promise<readonly EmbeddedPicture[]>;

/** A picture that is no stored image. */
export interface ExamplePicture {
  /** As remarks call it. */
  readonly shown: string;
  /** As a fit calls it. */
  readonly name: string;
  /** @throws {ImageFault} for what cannot be read */
  read(): Promise<Uint8Array>;
}

export type EmbeddedPicture = ExamplePicture &
  ({ readonly embedding: Float32Array } | { readonly fault: NamedFault });

/** A label, and on which side its examples stand. */
export interface WantedExamples {
  readonly label: string;
  readonly isThere: boolean;
}

export interface ReadExamples {
  readonly examples: readonly Example[];
  /** What was left out, and why. */
  readonly remarks: readonly string[];
}

/**
 * Reads the examples of sources, in their order. A picture that is broken, or of which the model has no embedding, is named and
 * left out.
 *
 * @throws {UsageError} for sources that are nothing, all of them
 */
export async function readExamples(
  sources: readonly string[],
  wanted: WantedExamples,
  world: ExampleWorld,
): Promise<ReadExamples> {
  const faults: string[] = [];
  const examples: Example[] = [];
  const remarks: string[] = [];
  for (const source of sources) {
    const found = await examplesOf(source, wanted, world);
    if (typeof found === 'string') faults.push(found);
    else {
      examples.push(...found.examples);
      remarks.push(...found.remarks);
    }
  }
  if (faults.length > 0) throw new UsageError(faults);
  return { examples, remarks };
}

/** The examples of a source, or what is wrong with it. */
async function examplesOf(
  text: string,
  wanted: WantedExamples,
  world: ExampleWorld,
): Promise<ReadExamples | string> {
  const source = exampleSource(text);
  const found = await foundExamples(source, text, wanted, world);
  if (typeof found === 'string' && (source.kind === 'image' || source.kind === 'prefix')) {
    await world.requireBucket?.(source.bucket);
  }
  return found;
}

async function foundExamples(
  source: ExampleSource,
  text: string,
  wanted: WantedExamples,
  world: ExampleWorld,
): Promise<ReadExamples | string> {
  switch (source.kind) {
    case 'corrections':
      return orFault(
        correctedExamples(wanted, world),
        `nobody has said of an image that it ${wanted.isThere ? 'has' : 'has not'} the label "${wanted.label}"`,
      );
    case 'query':
      return orFault(
        storedExamples(await world.search(source.query), world),
        `the query "${source.query}" finds no image with an embedding of this model`,
      );
    case 'image':
      return orFault(storedExamples([text], world), noImage(text));
    case 'prefix':
      return orFault(
        examplesBelow(text, world),
        `there are no images below ${text} with an embedding of this model`,
      );
    case 'name':
      return namedExamples(source.name, world);
  }
}

function orFault(examples: readonly Example[], fault: string): ReadExamples | string {
  return examples.length > 0 ? { examples, remarks: [] } : fault;
}

function noImage(name: string): string {
  return `there is no image ${name} with an embedding of this model`;
}

/** The stored images of these names, as far as there are any. */
export function storedExamples(
  names: readonly string[],
  { stored }: Pick<ExampleWorld, 'stored'>,
): readonly Example[] {
  if (!stored) return [];
  const places = placesOf(stored);
  return names.flatMap((name) => {
    const place = places.get(name);
    return place === undefined ? [] : [exampleAt(place, stored)];
  });
}

/** What people have said of a label. */
export function correctedExamples(
  { label, isThere }: WantedExamples,
  { corrected }: Pick<ExampleWorld, 'corrected'>,
): readonly Example[] {
  if (!corrected) return [];
  const { names, embeddings, known } = corrected;
  return known.flatMap(({ positive, negative }, place) =>
    (isThere ? positive : negative).has(label)
      ? [{ name: names[place] ?? '', embedding: embeddingAt(embeddings, place) }]
      : [],
  );
}

function examplesBelow(url: string, { stored }: ExampleWorld): readonly Example[] {
  return (
    stored?.names.flatMap((name, place) => (name.startsWith(url) ? [exampleAt(place, stored)] : [])) ?? []
  );
}

async function namedExamples(name: string, world: ExampleWorld): Promise<ReadExamples | string> {
  const isPath = await stat(name).then(
    () => true,
    () => false,
  );
  if (isPath) return fileExamples(name, world);
  if (!world.stored) return `no such file or folder: ${name}`;
  const bucket = world.bucket();
  const url = `s3://${bucket}/${name}`;
  const examples = storedExamples([url], world);
  if (examples.length === 0) await world.requireBucket?.(bucket);
  return orFault(examples, `no such file or folder: ${name}, and ${noImage(url)}`);
}

async function fileExamples(path: string, world: ExampleWorld): Promise<ReadExamples | string> {
  const { paths, leftOut } = await imagePathsIn([path]);
  if (paths.length === 0) return noImagesIn([path]);
  const { examples, remarks } = await embeddedExamples(
    paths.map((image) => filePicture(image, world)),
    world,
  );
  if (examples.length === 0) return [`no picture of ${path} can be read`, ...remarks].join('; ');
  return { examples, remarks: [...remarks, ...leftOutRemarks(leftOut)] };
}

/** A picture file as an example. */
export function filePicture(image: ImagePath, { nameOf }: Pick<ExampleWorld, 'nameOf'>): ExamplePicture {
  return {
    shown: pathName(image.path),
    name: nameOf(image.path),
    read: () => foundImageBytes(image),
  };
}

/** Pictures that are no stored images, without those that cannot be read. */
export async function embeddedExamples(
  pictures: readonly ExamplePicture[],
  { embed }: Pick<ExampleWorld, 'embed'>,
): Promise<ReadExamples> {
  const examples: Example[] = [];
  const remarks: string[] = [];
  for (const picture of await embed(pictures)) {
    const { name, shown } = picture;
    if ('fault' in picture) remarks.push(`${shown} is left out: ${picture.fault.reason}`);
    else examples.push({ name, embedding: picture.embedding });
  }
  return { examples, remarks };
}

const placesByName = new WeakMap<StoredImages, ReadonlyMap<string, number>>();

function placesOf(stored: StoredImages): ReadonlyMap<string, number> {
  const known = placesByName.get(stored) ?? new Map(stored.names.map((name, place) => [name, place]));
  placesByName.set(stored, known);
  return known;
}

function exampleAt(place: number, { names, embeddings }: StoredImages): Example {
  return { name: names[place] ?? '', embedding: embeddingAt(embeddings, place) };
}
