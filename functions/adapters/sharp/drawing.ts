import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { DRAWINGS_AT_ONCE } from '../../core/pixels/pixel-limits.ts';
import { RGB_CHANNELS, type RgbPicture, type Size } from '../../core/pixels/pixels.ts';
import {
  type DrawingLimits,
  type DrawingProblem,
  type Ending,
  endingFault,
  problemFault,
  processFault,
  timeoutFault,
} from './drawing-faults.ts';

/** The size that a drawing claims, in pixels, and the number of its channels. */
export interface DrawingHeader extends Size {
  readonly channels: number;
}

export interface Drawing {
  readonly header: DrawingHeader;
  readonly picture: RgbPicture;
}

type WorkerMessage = { readonly header: DrawingHeader } | DrawingProblem;

/** The worker's JavaScript heap holds next to nothing of a drawing. */
const HEAP_MEGABYTES = 64;
/** Characters of what the worker writes to standard error. */
const MAXIMUM_COMPLAINT = 500;

/** Variables by which fonts and libraries are found. The worker gets no others, least of all credentials. */
const PASSED_VARIABLES = [
  'HOME',
  'PATH',
  'LD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
];

const slots = pLimit(DRAWINGS_AT_ONCE);

/**
 * Draws an SVG in a process of its own. A kilobyte of SVG can ask for hours or gigabytes (10^4 filters by nested
 * references), librsvg cannot be interrupted, and its thread would be one of the four with which Node reads files.
 *
 * @param sizeFor the size to draw, for the size that the drawing claims; an error that it throws ends the drawing
 * @throws {ImageFault} `too-slow`; `too-many-pixels` when it took too much memory; `corrupt` when it crashed librsvg
 * @throws {CliptagError} retryable, `drawing-process-failed` or `decode-timeout`: the machine's fault
 * @throws {Error} in librsvg's words when it cannot be read
 */
export function renderDrawing(
  svg: Uint8Array,
  sizeFor: (header: DrawingHeader) => Size,
  limits: DrawingLimits,
): Promise<Drawing> {
  return slots(() => runWorker(svg, sizeFor, limits));
}

/** What is known so far of a drawing in progress. */
interface DrawingProgress {
  header?: DrawingHeader;
  drawn: Size;
  readonly pixels: Buffer[];
  receivedBytes: number;
  complaint: string;
  fault?: Error;
}

/** Settles when the process has ended, so that its slot is free only then. */
async function runWorker(
  svg: Uint8Array,
  sizeFor: (header: DrawingHeader) => Size,
  limits: DrawingLimits,
): Promise<Drawing> {
  const child = startWorker(limits);
  const progress: DrawingProgress = {
    drawn: { width: 0, height: 0 },
    pixels: [],
    receivedBytes: 0,
    complaint: '',
  };
  const stop = (fault: Error) => {
    progress.fault ??= fault;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(timeoutFault(limits)), limits.timeoutSeconds * 1000);
  child.on('message', (message: WorkerMessage) => {
    if ('problem' in message) return stop(problemFault(message, limits));
    try {
      progress.header = message.header;
      progress.drawn = sizeFor(message.header);
      child.send(progress.drawn, ignoreEnded);
    } catch (error) {
      stop(error as Error);
    }
  });
  collectOutput(child, progress, stop);
  child.stdin?.on('error', ignoreEnded).end(svg);
  const ending = await ended(child).finally(() => clearTimeout(timer));
  return finished(progress, ending);
}

function finished(
  { header, drawn, fault, complaint, pixels, receivedBytes }: DrawingProgress,
  ending: Ending,
): Drawing {
  if (fault) throw fault;
  if (!header || receivedBytes !== pixelBytes(drawn)) throw endingFault(ending, complaint);
  return { header, picture: { ...drawn, data: Buffer.concat(pixels) } };
}

function pixelBytes({ width, height }: Size): number {
  return width * height * RGB_CHANNELS;
}

function startWorker({ cpuSeconds, memoryBytes }: DrawingLimits): ChildProcess {
  const worker = fileURLToPath(new URL('./drawing-worker.mjs', import.meta.url));
  const parameters = [`--max-old-space-size=${HEAP_MEGABYTES}`, worker, `${cpuSeconds}`, `${memoryBytes}`];
  try {
    return spawn(process.execPath, parameters, {
      env: passedEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
  } catch (error) {
    throw processFault(String(error));
  }
}

function passedEnvironment(): NodeJS.ProcessEnv {
  const { env } = process;
  return Object.fromEntries(PASSED_VARIABLES.filter((name) => name in env).map((name) => [name, env[name]]));
}

/** Collects what the process writes: no more pixels than expected, and the beginning of its complaints. */
function collectOutput(child: ChildProcess, progress: DrawingProgress, stop: (fault: Error) => void): void {
  child.stdout?.on('data', (chunk: Buffer) => {
    progress.receivedBytes += chunk.length;
    if (progress.receivedBytes <= pixelBytes(progress.drawn)) progress.pixels.push(chunk);
    else stop(new Error(`expected ${pixelBytes(progress.drawn)} bytes of pixels but received more`));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    progress.complaint = `${progress.complaint}${chunk}`.slice(0, MAXIMUM_COMPLAINT);
  });
}

/** Resolves when all pixels and messages have come: the last message may come after the process's end. */
async function ended(child: ChildProcess): Promise<Ending> {
  const closed = new Promise<Ending>((resolve, reject) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => {
      // Without a process id it never started, and may not be closed either.
      if (child.pid === undefined) reject(processFault(String(error)));
    });
  });
  const silent = new Promise<void>((resolve) => child.once('disconnect', resolve));
  const ending = await closed;
  await silent;
  return ending;
}

/** Writing to a process that has ended fails; how it ended tells why. */
function ignoreEnded(): void {}
