import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';
import { CliptagError } from '../../core/errors.ts';
import { hasExactByteSums } from './cpu-features.ts';

export interface OnnxOptions {
  /** Threads that share one matrix product, at least 1. @default one per core */
  readonly threads?: number;
}

/**
 * Why these are not the defaults (https://onnxruntime.ai/docs/performance/tune-performance/threading.html,
 * …/memory.html):
 * - operators run one after the other, since the graph of an encoder has no branches worth a second pool of threads;
 * - threads sleep between runs (see {@link extraOptions}): by default they spin, on the very cores that decode the next
 *   images;
 * - no memory pattern is kept per input shape: every batch size would leave one behind (microsoft/onnxruntime#11118).
 *   The arena stays: batches are bounded, and so is what it grows to;
 * - only errors are logged.
 */
const SESSION_OPTIONS = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: true,
  logSeverityLevel: 3,
} as const satisfies InferenceSession.SessionOptions;

/**
 * On x86 without VNNI, ONNX Runtime's product of unsigned and signed bytes adds two products in 16 bits, where they
 * saturate. Its option `session.x64quantprecision` takes the exact, slower product of unsigned bytes instead
 * (onnxruntime_session_options_config_keys.h); it does so on every x86, so it is set only where it is needed.
 */
function extraOptions(): Record<string, unknown> {
  const precision = hasExactByteSums() ? {} : { x64quantprecision: '1' };
  return { session: { intra_op: { allow_spinning: '0' }, ...precision } };
}

/**
 * Opens an ONNX model from a file or from its bytes.
 *
 * @throws {CliptagError} `no-model` when it is no ONNX model
 */
export async function openOnnxSession(
  model: string | Uint8Array,
  { threads = availableParallelism() }: OnnxOptions = {},
): Promise<InferenceSession> {
  switchTelemetryOff();
  const options = { ...SESSION_OPTIONS, intraOpNumThreads: threads, extra: extraOptions() };
  const opening =
    typeof model === 'string'
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options);
  return opening.catch((cause: unknown) => {
    const place = typeof model === 'string' ? model : 'memory';
    throw new CliptagError('no-model', `Expected an ONNX model in ${place}: ${String(cause)}`, { cause });
  });
}

/**
 * ONNX Runtime from 1.29 on sends usage data to its makers unless told otherwise (microsoft/onnxruntime#27379). To that
 * end it also searches the command line with a regular expression, whose recursion overflows the stack when that is
 * longer than some 30,000 characters: a thousand texts, or the images of a large folder. The variable is written and
 * not read; there is no other switch before the first session.
 */
function switchTelemetryOff(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
