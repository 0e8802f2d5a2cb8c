import { InvalidInput } from '../errors.ts';
import { isSamePicture } from '../labels/same-picture.ts';

/** A picture that somebody has said something of. */
export interface Example {
  /** `s3://BUCKET/KEY` of a stored image, the path of another. */
  readonly name: string;
  /** L2-normalised. */
  readonly embedding: Float32Array;
}

/** The pictures that have a label, and those of which it is known that they have not. */
export interface KnownExamples {
  readonly positive: readonly Example[];
  readonly negative: readonly Example[];
}

export interface DistinctKnown extends KnownExamples {
  /** Names of pictures that were given before, by this name or another. */
  readonly repeated: readonly string[];
}

/**
 * The examples with each picture once, also where a file is a copy of another, or of a stored image: the first name stays.
 *
 * @throws {InvalidInput} naming every picture that has the label and has not
 */
export function distinctKnown({ positive, negative }: KnownExamples): DistinctKnown {
  const repeated: string[] = [];
  const distinct = (examples: readonly Example[]) => {
    const kept: Example[] = [];
    for (const example of examples) {
      if (samePicture(example, kept)) repeated.push(example.name);
      else kept.push(example);
    }
    return kept;
  };
  const [having, lacking] = [distinct(positive), distinct(negative)];
  const faults = lacking.flatMap((example) => {
    const same = samePicture(example, having);
    return same ? [contradiction(example.name, same.name)] : [];
  });
  if (faults.length > 0) throw new InvalidInput('Some examples are given as both', faults);
  return { positive: having, negative: lacking, repeated };
}

/**
 * What was said earlier, with what is said now. Where they disagree about a picture, what is said now holds.
 *
 * @param said as {@link distinctKnown} gives it
 */
export function withEarlier(said: KnownExamples, earlier: KnownExamples): DistinctKnown {
  const unless = (others: readonly Example[]) => (example: Example) => !samePicture(example, others);
  return distinctKnown({
    positive: [...said.positive, ...earlier.positive.filter(unless(said.negative))],
    negative: [...said.negative, ...earlier.negative.filter(unless(said.positive))],
  });
}

/** The one of the examples that is the same picture: by its name, or by what it shows, to the last bits. */
export function samePicture(picture: Example, examples: readonly Example[]): Example | undefined {
  return examples.find(
    ({ name, embedding }) => name === picture.name || isSamePicture(embedding, picture.embedding),
  );
}

function contradiction(negative: string, positive: string): string {
  return negative === positive
    ? `${negative}: Expected a picture that has the label or has not, but received both`
    : `${negative}: Expected a picture that has not the label, but received the same picture as ${positive}, which has it`;
}
