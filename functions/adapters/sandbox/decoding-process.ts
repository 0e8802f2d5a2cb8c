import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Size } from '../../core/pixels/pixels.ts';
import {
  type Ending,
  endingFault,
  type Problem,
  type ProcessLimits,
  problemFault,
  processFault,
  timeoutFault,
} from './process-faults.ts';

/** A program that decodes one image: plain JavaScript that calls `answer` of decoding-worker.mjs. */
export interface DecodingProgram {
  readonly worker: URL;
  /** What it decodes, as a message calls it. */
  readonly noun: string;
  readonly heapMegabytes: number;
  /** Variables of its environment. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The pixels that the process is to send: 8 bit a sample, row-major. */
export interface PixelOrder extends Size {
  readonly channels: number;
}

export interface DecodedInProcess<Header> {
  readonly header: Header;
  readonly pixels: PixelOrder & { readonly data: Uint8Array };
}

/** Characters of what the worker writes to standard error. */
const MAXIMUM_COMPLAINT = 500;

/** Variables by which libraries are found. The worker gets no others, least of all credentials. */
const PASSED_VARIABLES = ['PATH', 'LD_LIBRARY_PATH'];

/**
 * Decodes an image in a process of its own, which can be killed whatever the decoder does, and which cannot take the
 * caller down. It reads the image, says what the image's header has, and is told which pixels to send.
 *
 * @param orderFor the pixels to send, for the header; an error that it throws ends the process
 * @throws {ImageFault} `too-slow`; `too-many-pixels` when it took too much memory
 * @throws {CliptagError} retryable, `decoding-process-failed` or `decode-timeout`: the machine's fault
 * @throws {Error} in the decoder's words when the image cannot be read, or when it crashed the decoder
 */
export async function decodeInProcess<Header>(
  program: DecodingProgram,
  bytes: Uint8Array,
  limits: ProcessLimits,
  orderFor: (header: Header) => PixelOrder,
): Promise<DecodedInProcess<Header>> {
  const child = startWorker(program, limits);
  const progress: Progress<Header> = { pixels: [], receivedBytes: 0, complaint: '' };
  const stop = (fault: Error) => {
    progress.fault ??= fault;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(timeoutFault(limits)), limits.timeoutSeconds * 1000);
  child.on('message', (message: { readonly header: Header } | Problem) => {
    if ('problem' in message) return stop(problemFault(program.noun, message, limits));
    try {
      progress.header = message.header;
      progress.order = orderFor(message.header);
      child.send(progress.order, ignoreEnded);
    } catch (error) {
      stop(error as Error);
    }
  });
  collectOutput(child, progress, stop);
  child.stdin?.on('error', ignoreEnded).end(bytes);
  // Settles when the process has ended, so that whoever counts processes may start the next one.
  const ending = await ended(child).finally(() => clearTimeout(timer));
  return finished(progress, ending);
}

/** What is known so far of a picture in progress. */
interface Progress<Header> {
  header?: Header;
  order?: PixelOrder;
  readonly pixels: Buffer[];
  receivedBytes: number;
  complaint: string;
  fault?: Error;
}

function finished<Header>(
  { header, order, fault, complaint, pixels, receivedBytes }: Progress<Header>,
  ending: Ending,
): DecodedInProcess<Header> {
  if (fault) throw fault;
  if (header === undefined || !order || receivedBytes !== pixelBytes(order)) {
    throw endingFault(ending, complaint);
  }
  return { header, pixels: { ...order, data: Buffer.concat(pixels) } };
}

function pixelBytes({ width, height, channels }: PixelOrder): number {
  return width * height * channels;
}

function startWorker(
  { worker, heapMegabytes, variables }: DecodingProgram,
  { cpuSeconds, memoryBytes }: ProcessLimits,
): ChildProcess {
  const heap = `--max-old-space-size=${heapMegabytes}`;
  const parameters = [heap, fileURLToPath(worker), `${cpuSeconds}`, `${memoryBytes}`];
  try {
    return spawn(process.execPath, parameters, {
      env: { ...passedEnvironment(), ...variables },
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
function collectOutput<Header>(
  child: ChildProcess,
  progress: Progress<Header>,
  stop: (fault: Error) => void,
): void {
  child.stdout?.on('data', (chunk: Buffer) => {
    progress.receivedBytes += chunk.length;
    const expectedBytes = progress.order ? pixelBytes(progress.order) : 0;
    if (progress.receivedBytes <= expectedBytes) progress.pixels.push(chunk);
    else stop(new Error(`expected ${expectedBytes} bytes of pixels but received more`));
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
