import { type Int8Matrix, int8Matrix } from '../../scoring/int8-matrix.ts';
import { type CameraNames, cameraNames } from './camera-names.ts';
import { emptyColumns, type RowColumns } from './row-columns.ts';
import { type RowKeys, rowKeys } from './row-keys.ts';
import { type RowLabels, rowLabels } from './row-labels.ts';

/** What a collection consists of, row by row. */
export interface CollectionParts {
  readonly keys: RowKeys;
  readonly labels: RowLabels;
  readonly columns: RowColumns;
  readonly cameras: CameraNames;
  /** None before there is an embedding. */
  matrix: Int8Matrix | undefined;
}

/** @param embeddingSize dimensions; `undefined` where the first embedding is to tell */
export function emptyParts(embeddingSize?: number): CollectionParts {
  return {
    keys: rowKeys(),
    labels: rowLabels(),
    columns: emptyColumns(),
    cameras: cameraNames(),
    matrix: embeddingSize === undefined ? undefined : int8Matrix(embeddingSize),
  };
}
