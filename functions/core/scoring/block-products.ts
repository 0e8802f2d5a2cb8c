import { PANEL, PANEL_BYTES, type PanelProduct, panelProduct } from './panel-product.ts';

/**
 * Vectors that are multiplied together: a panel of rows that has been fetched once serves all of them, and all of them
 * fit into the processor's cache (32 of 512 dimensions take 128 KiB).
 */
const BLOCK = 32;
/** WebAssembly counts memory in pages (https://webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const PAGE_BYTES = 65_536;
const DOUBLE_BYTES = 8;
const NONE = new Float32Array();

/** Multiplies blocks of vectors with one and the same matrix. */
export interface BlockMultiplier {
  /**
   * Scale × dot product of each vector with every row, in double precision: the same to the last bit as `rowProducts`
   * of one vector, in a fraction of the time (`npm run bench:retag` measures both within scoring).
   *
   * @param each called for one vector after the other with its products, one a row, which are valid until it returns
   */
  products(
    vectors: readonly Float32Array[],
    scale: number,
    each: (products: Float64Array, vector: number) => void,
  ): void;
}

/** @param rows matrix [rows, size], row-major; packed here once */
export function blockMultiplier(rows: Float32Array, size: number): BlockMultiplier {
  const rowCount = rows.length / size;
  const rowPanels = Math.ceil(rowCount / PANEL);
  const [rowValues, vectorValues] = [rowPanels * PANEL * size, BLOCK * size];
  const bytes = DOUBLE_BYTES * (rowValues + vectorValues + rowPanels * PANEL * BLOCK);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const kernel = panelProduct(memory);
  const values = new Float64Array(memory.buffer);
  for (let row = 0; row < rowCount; row++) pack(rows.subarray(row * size, (row + 1) * size), values, 0, row);
  const places = { rows: 0, vectors: rowValues, products: rowValues + vectorValues };
  const row = new Float64Array(rowCount);

  return {
    products(vectors, scale, each) {
      for (let first = 0; first < vectors.length; first += BLOCK) {
        const count = Math.min(BLOCK, vectors.length - first);
        for (let i = 0; i < count; i++) pack(vectors[first + i] ?? NONE, values, places.vectors, i);
        multiply(kernel, places, { rowPanels, vectorPanels: Math.ceil(count / PANEL), size });
        for (let i = 0; i < count; i++) {
          unpack(values, places.products, rowPanels, i, scale, row);
          each(row, first + i);
        }
      }
    },
  };
}

/** Puts a vector into its panel, [panel][size][PANEL]. */
function pack(vector: Float32Array, values: Float64Array, begin: number, index: number): void {
  let place = begin + Math.floor(index / PANEL) * PANEL * vector.length + (index % PANEL);
  for (let i = 0; i < vector.length; i++, place += PANEL) values[place] = vector[i] ?? 0;
}

interface Places {
  readonly rows: number;
  readonly vectors: number;
  readonly products: number;
}

/** Products come as [vector panel][row panel][row][vector]. */
function multiply(
  kernel: PanelProduct,
  { rows, vectors, products }: Places,
  { rowPanels, vectorPanels, size }: { rowPanels: number; vectorPanels: number; size: number },
): void {
  const panelBytes = size * PANEL_BYTES;
  for (let rowPanel = 0; rowPanel < rowPanels; rowPanel++) {
    const rowsAt = rows * DOUBLE_BYTES + rowPanel * panelBytes;
    for (let panel = 0; panel < vectorPanels; panel++) {
      const productsAt = products * DOUBLE_BYTES + (panel * rowPanels + rowPanel) * PANEL * PANEL_BYTES;
      kernel(rowsAt, vectors * DOUBLE_BYTES + panel * panelBytes, productsAt, rowsAt + panelBytes);
    }
  }
}

/** The products of one vector, row by row. */
function unpack(
  values: Float64Array,
  begin: number,
  rowPanels: number,
  index: number,
  scale: number,
  row: Float64Array,
): void {
  let place = begin + Math.floor(index / PANEL) * rowPanels * PANEL * PANEL + (index % PANEL);
  for (let i = 0; i < row.length; i++, place += PANEL) row[i] = scale * (values[place] ?? 0);
}
