import fc from 'fast-check';

/** Cases of a property about blocks of vectors; CLIPTAG_PROPERTY_RUNS asks for more, as of those of tagImage. */
export const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 4000) / 20);

export const vectorsOf = (size: number, count: number) =>
  fc.array(fc.float32Array({ minLength: size, maxLength: size, min: -2, max: 2, noNaN: true }), {
    minLength: count,
    maxLength: count,
  });

/** Vectors as the rows of a matrix. */
export const stacked = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]));
