import type { LayerWeights, Norm } from '../weights/layer-weights.ts';
import { forDividedInputs, type Linear, withDividedOutputs } from '../weights/linear.ts';

/** The largest magnitude in each channel of the inputs of a layer's products, over all tokens of the samples. */
export interface LayerRanges {
  /** The inputs of queries, keys and values; shape [width], as for `out` and `up`. */
  readonly attention: Float32Array;
  readonly out: Float32Array;
  readonly up: Float32Array;
  /** Shape [mlpWidth]. */
  readonly down: Float32Array;
}

/**
 * Takes outliers out of the numbers that are to be quantised. Trained CLIPs have channels with values 20 to 100 times
 * the rest, and eight bits that must reach these leave nothing for the others.
 *
 * A channel that is divided by some number, while the weights that read it are multiplied by it, gives the same result
 * (SmoothQuant, arXiv 2211.10438). The division is folded into norms and value weights; between activation and `down`
 * it is a node of its own. The few largest channels are divided until they are like the rest, and the weights
 * that read them stay float32, since they would be outliers among the weights instead (as LLM.int8() sets such channels
 * apart, arXiv 2208.07339).
 */
export function smoothed(weights: LayerWeights, ranges: LayerRanges): LayerWeights {
  const { query, key, value, out, up, down } = weights;
  const attention = smoothing(ranges.attention, [query, key, value]);
  const outs = smoothing(ranges.out, [out]);
  const ups = smoothing(ranges.up, [up]);
  const downs = smoothing(ranges.down, [down]);
  const reads = (matrix: Linear) => forDividedInputs(matrix, attention.scales);
  const divides = downs.outliers.length > 0;
  return {
    norm1: dividedNorm(weights.norm1, attention.scales),
    query: reads(query),
    key: reads(key),
    value: withDividedOutputs(reads(value), outs.scales),
    out: forDividedInputs(out, outs.scales),
    norm2: dividedNorm(weights.norm2, ups.scales),
    up: forDividedInputs(up, ups.scales),
    down: divides ? forDividedInputs(down, downs.scales) : down,
    ...(divides && { downScales: downs.scales }),
    outliers: {
      attention: attention.outliers,
      out: outs.outliers,
      up: ups.outliers,
      down: downs.outliers,
    },
  };
}

interface Smoothing {
  /** The divisors of the channels. */
  readonly scales: Float32Array;
  /** Channels whose weights are to stay float32. */
  readonly outliers: readonly number[];
}

/** A channel counts as an outlier from this many times the range that nine of ten channels keep within. */
const OUTLIER_RATIO = 2.5;
const USUAL_QUANTILE = 0.9;
/** At most one channel of this many is an outlier: a layer in which all are large has none. */
const CHANNELS_PER_OUTLIER = 32;

function smoothing(ranges: Float32Array, readers: readonly Linear[]): Smoothing {
  const usual = quantile(ranges, USUAL_QUANTILE);
  const outliers = [...ranges.keys()]
    .filter((channel) => (ranges[channel] ?? 0) > OUTLIER_RATIO * usual)
    .sort((a, b) => (ranges[b] ?? 0) - (ranges[a] ?? 0))
    .slice(0, Math.floor(ranges.length / CHANNELS_PER_OUTLIER))
    .sort((a, b) => a - b);
  const scales = balancedScales(ranges, readers);
  for (const channel of outliers)
    scales[channel] = steady((ranges[channel] ?? 0) / usual) * (scales[channel] ?? 1);
  return { scales, outliers };
}

/**
 * √(channel's range / its largest weight), within the usual range: half of a channel's excess stays with it, half goes
 * to the weights (SmoothQuant's migration strength 0.5). The geometric mean is 1.
 */
function balancedScales(ranges: Float32Array, readers: readonly Linear[]): Float32Array {
  const usual = quantile(ranges, USUAL_QUANTILE);
  const weights = largestWeights(readers, ranges.length);
  const lightest = quantile(weights, 0.5) / MAXIMUM_RATIO || 1;
  const raw = ranges.map((range, i) =>
    Math.sqrt(
      Math.max(Math.min(range, usual), usual / MAXIMUM_RATIO) / Math.max(weights[i] ?? 0, lightest) || 1,
    ),
  );
  const mean = Math.exp(raw.reduce((sum, scale) => sum + Math.log(scale), 0) / raw.length);
  return raw.map((scale) => steady(scale / mean));
}

/** Maximum ratio between channels: the next picture may fill a channel that no sample fills. */
const MAXIMUM_RATIO = 1000;

/** Rounds to quarters of a power of two, so that machines whose sums differ in the last digit make the same model. */
function steady(scale: number): number {
  return 2 ** (Math.round(4 * Math.log2(scale)) / 4);
}

function quantile(values: Float32Array, share: number): number {
  return Float32Array.from(values).sort()[Math.floor(share * (values.length - 1))] ?? 0;
}

/** The largest weight that reads each channel. */
function largestWeights(readers: readonly Linear[], channels: number): Float32Array {
  const largest = new Float32Array(channels);
  for (const { weight } of readers) {
    for (let i = 0; i < weight.length; i++) {
      const channel = i % channels;
      largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(weight[i] ?? 0));
    }
  }
  return largest;
}

function dividedNorm({ gain, bias }: Norm, scales: Float32Array): Norm {
  const divide = (value: number, i: number) => value / (scales[i] ?? 1);
  return { gain: gain.map(divide), bias: bias.map(divide) };
}
