import {
  bytesField,
  type Field,
  floatField,
  message,
  numberField,
  paddedBytesField,
  textField,
} from './protobuf.ts';

/*
 * The messages of an ONNX file. All field numbers, and the numbers of types, are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** TensorProto.DataType. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** For the attribute `to` of the operator Cast. */
export const CAST_TO_FLOAT32 = ELEMENT_TYPES.float32;
export const CAST_TO_INT32 = ELEMENT_TYPES.int32;

export type ConstantData = Float32Array | Uint8Array | Int8Array | BigInt64Array;

/** Sizes; a text names one that varies. */
export type Shape = ReadonlyArray<number | string>;

/** A number is a whole number unless it is written as `{ float }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** The fields of GraphProto. */
export const graphField = {
  name: (name: string) => textField(2, name),
  node: (node: Field) => bytesField(1, node),
  initializer: (tensor: Field) => bytesField(5, tensor),
  input: (value: Field) => bytesField(11, value),
  output: (value: Field) => bytesField(12, value),
};

/** LayerNormalization came with opset 17, ReduceMax with axes as an input with 18, which belongs to IR version 8. */
const OPSET = 18;
const IR_VERSION = 8;

/** ModelProto. The padded length belongs to what a model's digest is made of. @param graph fields of GraphProto */
export function modelMessage(graph: Field): Field {
  const operatorSet = (domain: string, version: number) =>
    bytesField(8, message(textField(1, domain), numberField(2, version)));
  return message(
    numberField(1, IR_VERSION),
    textField(2, 'cliptag'),
    operatorSet('', OPSET),
    operatorSet('com.microsoft', 1),
    paddedBytesField(7, graph),
  );
}

/** The place of a tensor's numbers in another file, in bytes. */
export interface TensorPlace {
  readonly file: string;
  readonly offset: number;
}

/** TensorProto. @param place where the numbers are; without one they are in the message itself */
export function tensorMessage(
  name: string,
  shape: readonly number[],
  data: ConstantData,
  place: TensorPlace | undefined,
): Field {
  return message(
    ...shape.map((size) => numberField(1, size)),
    numberField(2, ELEMENT_TYPES[elementType(data)]),
    textField(8, name),
    place === undefined ? bytesField(9, [bytesOf(data)]) : externalData(place, data.byteLength),
  );
}

/** The fields `external_data` (13), and `data_location` (14), which is EXTERNAL. */
function externalData({ file, offset }: TensorPlace, length: number): Field {
  const entry = (key: string, value: string) =>
    bytesField(13, message(textField(1, key), textField(2, value)));
  return message(
    entry('location', file),
    entry('offset', String(offset)),
    entry('length', String(length)),
    numberField(14, 1),
  );
}

function elementType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int8Array ? 'int8' : 'int64';
}

/** The numbers as they lie in memory: little-endian, as ONNX has them, on all that ONNX Runtime runs on. */
export function bytesOf(data: ConstantData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export interface NodeOptions {
  /** Operators of `com.microsoft` are ONNX Runtime's own (its docs/ContribOperators.md). @default ONNX's */
  readonly domain?: 'com.microsoft';
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** NodeProto. */
export function nodeMessage(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { domain, attributes = {} }: NodeOptions,
): Field {
  return message(
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attributeMessage(name, value))),
    ...(domain ? [textField(7, domain)] : []),
  );
}

/** AttributeProto: `type` (20) says which of f (2), i (3), s (4) and ints (8) holds the value. */
function attributeMessage(name: string, value: Attribute): Field {
  const head = textField(1, name);
  if (typeof value === 'number') return message(head, numberField(3, value), numberField(20, 2));
  if (typeof value === 'string') return message(head, textField(4, value), numberField(20, 3));
  if ('float' in value) return message(head, floatField(2, value.float), numberField(20, 1));
  return message(head, ...value.map((item) => numberField(8, item)), numberField(20, 7));
}

/** ValueInfoProto: an input or an output. */
export function valueMessage(name: string, type: ElementType, shape: Shape): Field {
  const dimensions = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? numberField(1, size) : textField(2, size)),
  );
  const tensorType = message(numberField(1, ELEMENT_TYPES[type]), bytesField(2, message(...dimensions)));
  return message(textField(1, name), bytesField(2, message(bytesField(1, tensorType))));
}
