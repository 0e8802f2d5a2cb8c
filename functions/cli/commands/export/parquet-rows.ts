import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import { DETAIL_COLUMNS, type ExportColumn, NAME_COLUMNS } from './columns.ts';
import type { ExportedImage } from './exported-images.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** Rows that are held until they are written together. */
const ROWS_OF_A_GROUP = 5_000;

/** Writes images as rows of Apache Parquet, by the group. */
export interface ParquetRows {
  add(image: ExportedImage): Promise<void>;
  finish(): Promise<void>;
}

/** @param write takes bytes, one part after the other */
export function parquetRows(write: (bytes: Uint8Array) => Promise<void>): ParquetRows {
  const bytes = new ByteWriter();
  const flush = async () => {
    // Copied, for the writer goes on in the same memory.
    const part = bytes.getBytes().slice();
    bytes.index = 0;
    await write(part);
  };
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, { flush, finish: flush }),
    schema: SCHEMA,
    createdBy: 'cliptag export',
  });
  let images: ExportedImage[] = [];
  const writeGroup = async () => {
    if (images.length === 0) return;
    const columnData = columnsOf(images);
    images = [];
    await writer.write({ columnData, rowGroupSize: ROWS_OF_A_GROUP });
  };
  return {
    add: async (image) => {
      images.push(image);
      if (images.length >= ROWS_OF_A_GROUP) await writeGroup();
    },
    finish: async () => {
      await writeGroup();
      await writer.finish();
    },
  };
}

const ALL_COLUMNS = [...NAME_COLUMNS, ...DETAIL_COLUMNS];

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  count: { type: 'INT64' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const;

/** Lists as the format has them: parquet-format, LogicalTypes.md, "Lists". */
const TAGS: readonly SchemaElement[] = [
  { name: 'tags', repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'REQUIRED', num_children: 3 },
  { name: 'set', repetition_type: 'REQUIRED', ...TYPES.text },
  { name: 'label', repetition_type: 'REQUIRED', ...TYPES.text },
  { name: 'score', repetition_type: 'REQUIRED', ...TYPES.number },
];

const SCHEMA: SchemaElement[] = [
  { name: 'images', num_children: ALL_COLUMNS.length + 1 },
  ...ALL_COLUMNS.map(({ name, type, isRequired }): SchemaElement => {
    return { name, repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL', ...TYPES[type] };
  }),
  ...TAGS,
];

function columnsOf(images: readonly ExportedImage[]): ColumnSource[] {
  return [
    ...ALL_COLUMNS.map((column) => ({
      name: column.name,
      data: images.map((image) => parquetValue(column, image)),
    })),
    {
      name: 'tags',
      data: images.map(({ tags }) => tags.map(({ set, label, score }) => ({ set, label, score }))),
    },
  ];
}

function parquetValue({ type, of }: ExportColumn, image: ExportedImage): unknown {
  const value = of(image);
  if (value === undefined) return null;
  if (type === 'count') return BigInt(value);
  return type === 'time' ? new Date(value) : value;
}
