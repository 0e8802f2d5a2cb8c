import { PANEL, PANEL_BYTES, panelProduct } from '../scoring/panel-product.ts';

/** Rows that are multiplied at once: with 512 numbers each they take 1 MiB, which stays in the processor's cache. */
const BLOCK = 256;
const DOUBLE_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** WebAssembly counts memory in pages (https://webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const PAGE_BYTES = 65_536;

/** Sums over the rows of a matrix, less their centre. */
export interface Scatter {
  /** Σ (xᵢ − c)(xᵢ − c)ᵀ, shape [size, size], row-major. */
  readonly matrix: Float64Array;
  /** Σ ‖xᵢ − c‖⁴. */
  readonly fourthPowers: number;
}

/**
 * How rows scatter around a centre. Only half of the symmetric matrix is computed, by the kernel that scores images:
 * 100,000 rows of 512 numbers take some 3.5 s of one core (`npm run bench:learning`).
 *
 * @param values shape [rows, size], row-major
 * @param centreOf the centre of a row
 */
export function scatterMatrix(
  values: Float32Array,
  size: number,
  centreOf: (row: number) => ArrayLike<number>,
): Scatter {
  const rows = values.length / size;
  const panels = Math.ceil(size / PANEL);
  const panelValues = BLOCK * PANEL;
  const bytes = DOUBLE_BYTES * (panels * panelValues + PANEL * PANEL);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const kernel = panelProduct(memory);
  const packed = new Float64Array(memory.buffer);
  const products = panels * panelValues;
  const sums = new Float64Array(panels * panels * PANEL * PANEL);
  let fourthPowers = 0;

  for (let first = 0; first < rows; first += BLOCK) {
    const count = Math.min(BLOCK, rows - first);
    for (let i = 0; i < count; i++) {
      const row = first + i;
      const square = pack(values.subarray(row * size, (row + 1) * size), centreOf(row), packed, i);
      fourthPowers += square ** 2;
    }
    for (let a = 0; a < panels; a++) {
      const at = a * panelValues * DOUBLE_BYTES;
      for (let b = 0; b <= a; b++) {
        kernel(at, b * panelValues * DOUBLE_BYTES, products * DOUBLE_BYTES, at + count * PANEL_BYTES);
        const begin = (a * panels + b) * PANEL * PANEL;
        for (let i = 0; i < PANEL * PANEL; i++)
          sums[begin + i] = (sums[begin + i] ?? 0) + (packed[products + i] ?? 0);
      }
    }
  }
  return { matrix: unpacked(sums, panels, size), fourthPowers };
}

/** Puts row − centre into the panels, [panel][row of the block][PANEL]; returns its squared length. */
function pack(row: Float32Array, centre: ArrayLike<number>, packed: Float64Array, place: number): number {
  let square = 0;
  for (let i = 0; i < row.length; i++) {
    const value = (row[i] ?? 0) - (centre[i] ?? 0);
    packed[(i - (i % PANEL)) * BLOCK + place * PANEL + (i % PANEL)] = value;
    square += value * value;
  }
  return square;
}

/** The whole symmetric matrix, from the panels of its lower half. */
function unpacked(sums: Float64Array, panels: number, size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const panel = Math.floor(row / PANEL) * panels + Math.floor(column / PANEL);
      const sum = sums[(panel * PANEL + (row % PANEL)) * PANEL + (column % PANEL)] ?? 0;
      matrix[row * size + column] = sum;
      matrix[column * size + row] = sum;
    }
  }
  return matrix;
}
