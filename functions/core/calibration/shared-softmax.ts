/** How a softmax over the logits of labels is told from the logits that each label has by itself. */
export interface SharedSoftmax {
  /** Multiplies every logit of a label, and of "none of these". */
  readonly scale: number;
  readonly unknownLogit: number;
}

/** Logits are log odds against "not this label", whose own logit is 0. */
export const UNFITTED_SOFTMAX: SharedSoftmax = { scale: 1, unknownLogit: 0 };

/** What is true of a picture: one of these labels (several, where one is the broader of another), or none. */
export interface KnownPicture {
  /** Of every label, and of "none of these" behind them. */
  readonly logits: Float64Array;
  /** Places of the labels that are true of it; empty where none is. */
  readonly positive: readonly number[];
}

/** With fewer of them the scale stays as it is. */
const LEAST_PICTURES = 20;
/** Standard deviation of "unknown" around 0, in logits: few pictures move it a little. */
const UNKNOWN_DEVIATION = 2;
const [LEAST_SCALE, GREATEST_SCALE] = [0.1, 10];
const STEPS = 24;
/** More pictures say the same, in more time. */
const MAXIMUM_PICTURES = 2_000;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Temperature scaling of a softmax (Guo et al. 2017, "On calibration of modern neural networks", section 4.2), with a label
 * more that nothing is shown for: its logit is what the best label has to stand out from (reject option; Chow 1970, "On
 * optimum recognition error and reject tradeoff"). Both are those of greatest likelihood.
 */
export function sharedSoftmax(pictures: readonly KnownPicture[]): SharedSoftmax {
  const unknown = pictures.filter(({ positive }) => positive.length === 0).length;
  if (pictures.length < LEAST_PICTURES && unknown === 0) return UNFITTED_SOFTMAX;
  const every = Math.ceil(pictures.length / MAXIMUM_PICTURES);
  const chosen = pictures.filter((_, i) => i % every === 0);
  const at = (scale: number) => scaled(chosen, scale, unknown > 0);
  if (chosen.length < LEAST_PICTURES) return at(1);
  let [low, high] = [Math.log(LEAST_SCALE), Math.log(GREATEST_SCALE)];
  for (let step = 0; step < STEPS; step++) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (at(Math.exp(left)).loss < at(Math.exp(right)).loss) high = right;
    else low = left;
  }
  const { scale, unknownLogit } = at(Math.exp((low + high) / 2));
  return { scale, unknownLogit };
}

function scaled(
  pictures: readonly KnownPicture[],
  scale: number,
  hasUnknown: boolean,
): SharedSoftmax & { readonly loss: number } {
  const all = pictures.map(({ logits }) => logSumExp(logits, scale));
  const own = pictures.map(({ logits, positive }) =>
    logSumExp(
      positive.map((label) => logits[label] ?? 0),
      scale,
    ),
  );
  const unknownLogit = hasUnknown ? fittedUnknown(all, pictures) : 0;
  let loss = (unknownLogit / UNKNOWN_DEVIATION) ** 2 / 2;
  for (const [i, { positive }] of pictures.entries()) {
    const total = logAdd(all[i] ?? 0, unknownLogit);
    loss += total - (positive.length === 0 ? unknownLogit : (own[i] ?? 0));
  }
  return { scale, unknownLogit, loss };
}

/** Where the slope of the loss over the logit of "unknown" is 0; it grows with the logit. */
function fittedUnknown(all: readonly number[], pictures: readonly KnownPicture[]): number {
  let [low, high] = [-50, 50];
  for (let step = 0; step < 40; step++) {
    const logit = (low + high) / 2;
    let slope = logit / UNKNOWN_DEVIATION ** 2;
    for (const [i, { positive }] of pictures.entries()) {
      slope += 1 / (1 + Math.exp((all[i] ?? 0) - logit)) - (positive.length === 0 ? 1 : 0);
    }
    if (slope < 0) low = logit;
    else high = logit;
  }
  return (low + high) / 2;
}

function logSumExp(values: ArrayLike<number>, scale: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, scale * (values[i] ?? 0));
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(scale * (values[i] ?? 0) - highest);
  return highest + Math.log(sum);
}

function logAdd(a: number, b: number): number {
  const highest = Math.max(a, b);
  return highest + Math.log(Math.exp(a - highest) + Math.exp(b - highest));
}
