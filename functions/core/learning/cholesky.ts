/**
 * The lower factor L of a symmetric positive definite matrix, matrix = L·Lᵀ (Golub and Van Loan, "Matrix Computations",
 * 4.2.5), row by row.
 *
 * @param matrix shape [size, size], row-major; its lower half is read
 * @throws {RangeError} when the matrix is not positive definite
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const rest = (matrix[row * size + column] ?? 0) - rowProduct(factor, row * size, column * size, column);
      if (column < row) factor[row * size + column] = rest / (factor[column * size + column] ?? 1);
      else if (rest > 0) factor[row * size + row] = Math.sqrt(rest);
      else throw new RangeError(`Expected a positive definite matrix but its pivot ${row} is ${rest}`);
    }
  }
  return factor;
}

/** x of matrix·x = right, by the matrix's Cholesky factor: once forwards, once back. */
export function choleskySolve(factor: Float64Array, right: ArrayLike<number>): Float64Array {
  const size = right.length;
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    let rest = x[row] ?? 0;
    for (let i = 0; i < row; i++) rest -= (factor[row * size + i] ?? 0) * (x[i] ?? 0);
    x[row] = rest / (factor[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row--) {
    const value = (x[row] ?? 0) / (factor[row * size + row] ?? 1);
    x[row] = value;
    for (let i = 0; i < row; i++) x[i] = (x[i] ?? 0) - (factor[row * size + i] ?? 0) * value;
  }
  return x;
}

/** Dot product of the beginnings of two rows. */
function rowProduct(values: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (values[a + i] ?? 0) * (values[b + i] ?? 0);
  return sum;
}
