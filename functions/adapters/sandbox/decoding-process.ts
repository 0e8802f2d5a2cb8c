import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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

/** What the process is to send: so many bytes, and what else its program wants to know. */
export interface Order {
  readonly bytes: number;
}

export interface DecodedInProcess<Header> {
  readonly header: Header;
  readonly data: Uint8Array;
}

/** Characters of what the worker writes to standard error. */
const MAXIMUM_COMPLAINT = 500;

/** Variables by which libraries are found. The worker gets no others, least of all credentials. */
const PASSED_VARIABLES = ['PATH', 'LD_LIBRARY_PATH'];

/**
 * Decodes an image in a process of its own, which can be killed whatever the decoder does, and which cannot take the
 * caller down. It reads the image, says what the image's header has, and is told what to send.
 *
 * @param orderFor what to send, for the header; an error that it throws ends the process
 * @param instruction what its program is to know before it reads the image
 * @throws {ImageFault} `too-slow`; `too-many-pixels` when it took too much memory
 * @throws {CliptagError} retryable, `decoding-process-failed` or `decode-timeout`: the machine's fault
 * @throws {Error} in the decoder's words when the image cannot be read, or when it crashed the decoder
 */
export async function decodeInProcess<Header>(
  program: DecodingProgram,
  bytes: Uint8Array,
  limits: ProcessLimits,
  orderFor: (header: Header) => Order,
  instruction = '',
): Promise<DecodedInProcess<Header>> {
  const child = startWorker(program, limits, instruction);
  const progress: Progress<Header> = { receivedBytes: 0, complaint: '' };
  const stop = (fault: Error) => {
    progress.fault ??= fault;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(timeoutFault(limits)), limits.timeoutSeconds * 1000);
  child.on('message', (message: { readonly header: Header } | Problem) => {
    if ('problem' in message) return stop(problemFault(program.noun, message, limits));
    try {
      const order = orderFor(message.header);
      progress.header = message.header;
      progress.data = Buffer.allocUnsafeSlow(order.bytes);
      child.send(order, ignoreEnded);
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
  data?: Buffer;
  receivedBytes: number;
  complaint: string;
  fault?: Error;
}

function finished<Header>(
  { header, data, fault, complaint, receivedBytes }: Progress<Header>,
  ending: Ending,
): DecodedInProcess<Header> {
  if (fault) throw fault;
  if (header === undefined || receivedBytes !== data?.length) throw endingFault(ending, complaint);
  return { header, data };
}

function startWorker(
  { worker, heapMegabytes, variables }: DecodingProgram,
  { cpuSeconds, memoryBytes }: ProcessLimits,
  instruction: string,
): ChildProcess {
  const heap = `--max-old-space-size=${heapMegabytes}`;
  const parameters = [heap, fileURLToPath(worker), `${cpuSeconds}`, `${memoryBytes}`, instruction];
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

/** Collects what the process writes: no more than was ordered, and the beginning of its complaints. */
function collectOutput<Header>(
  child: ChildProcess,
  progress: Progress<Header>,
  stop: (fault: Error) => void,
): void {
  child.stdout?.on('data', (chunk: Buffer) => {
    const { data = Buffer.alloc(0), receivedBytes } = progress;
    progress.receivedBytes += chunk.length;
    if (progress.receivedBytes <= data.length) data.set(chunk, receivedBytes);
    else stop(new Error(`expected ${data.length} bytes of pixels but received more`));
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
