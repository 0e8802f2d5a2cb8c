import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';

export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Names of the images that the pipeline has worked on last. The page shows these: the table has no order by time, and
 * reading all of it to find the newest would take longer with every image.
 */
export interface RecentImages {
  /** Whether there was no list of an earlier run. */
  readonly isNew: boolean;
  /** Oldest first. */
  list(): readonly ImageName[];
  has(image: ImageName): boolean;
  /** Makes the image the newest one. */
  note(image: ImageName): void;
  forget(image: ImageName): void;
  /** Returns once everything is in the file. */
  close(): Promise<void>;
}

/** Lines of the file before it is written anew, in lengths of the list. */
const MAXIMUM_LINES_PER_IMAGE = 4;

/**
 * Opens the list in a file, which is made when it does not exist: a line for each image that came or went. A line that an
 * end of the process has cut short is left out, and a fault of the disk costs no more than places on the page.
 *
 * @param maximum images in the list; older ones leave it
 * @param warn called once when the file cannot be written
 */
export async function openRecentImages(
  file: string,
  maximum: number,
  warn: (message: string) => void,
): Promise<RecentImages> {
  const images = new Map<string, ImageName>();
  const lines = await earlierLines(file);
  for (const line of lines ?? []) apply(images, line, maximum);
  let lineCount = lines?.length ?? 0;
  let hasWarned = false;
  let written: Promise<unknown> = Promise.resolve();

  function write(line: Line): void {
    apply(images, line, maximum);
    lineCount += 1;
    const isLong = lineCount > maximum * MAXIMUM_LINES_PER_IMAGE;
    if (isLong) lineCount = images.size;
    const text = isLong ? [...images.values()].map(textOf).join('') : textOf(line);
    written = written
      .then(() => (isLong ? replaceFile(file, text) : appendFile(file, text)))
      .catch((error: unknown) => {
        if (!hasWarned) warn(`The list of what the page shows cannot be kept: ${error}`);
        hasWarned = true;
      });
  }

  return {
    isNew: lines === undefined,
    list: () => [...images.values()],
    has: (image) => images.has(identityOf(image)),
    note: ({ bucket, key }) => write({ bucket, key }),
    forget: (image) => {
      if (images.has(identityOf(image))) write({ bucket: image.bucket, key: image.key, isGone: true });
    },
    close: async () => void (await written),
  };
}

interface Line extends ImageName {
  readonly isGone?: true;
}

function apply(images: Map<string, ImageName>, { bucket, key, isGone }: Line, maximum: number): void {
  const identity = identityOf({ bucket, key });
  images.delete(identity);
  if (isGone) return;
  images.set(identity, { bucket, key });
  const [oldest] = images.keys();
  if (images.size > maximum && oldest !== undefined) images.delete(oldest);
}

function identityOf({ bucket, key }: ImageName): string {
  return `${bucket}/${key}`;
}

/** Each line begins with its line break, so that one which was cut short spoils no other. */
function textOf(line: Line): string {
  return `\n${JSON.stringify(line)}`;
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** Undefined when there is no such file. */
async function earlierLines(file: string): Promise<readonly Line[] | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text?.split('\n').flatMap((line) => {
    try {
      const read = JSON.parse(line) as Partial<Line> | null;
      return typeof read?.bucket === 'string' && typeof read.key === 'string' ? [read as Line] : [];
    } catch {
      return [];
    }
  });
}
