import { CliptagError } from '../../../core/errors.ts';
import type { OnnxSink } from './onnx-sink.ts';
import {
  bytesField,
  bytesHeader,
  floatField,
  message,
  numberField,
  PADDED_VARINT_BYTES,
  paddedVarint,
  textField,
} from './protobuf.ts';
import type { WeightsFile } from './weights-file.ts';

/** TensorProto.DataType of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, as are all field numbers here. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof ELEMENT_TYPES;

/** Of TensorProto.DataType, for the attribute `to` of the operator Cast. */
export const CAST_TO_FLOAT32 = ELEMENT_TYPES.float32;
export const CAST_TO_INT32 = ELEMENT_TYPES.int32;

export type ConstantData = Float32Array | Uint8Array | Int8Array | BigInt64Array;

/** A whole number unless written as `{ float }`. */
type Attribute = number | string | readonly number[] | { readonly float: number };

export interface NodeOptions {
  /** `com.microsoft` are the operators that only ONNX Runtime knows (its docs/ContribOperators.md). @default ONNX's own */
  readonly domain?: 'com.microsoft';
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** An ONNX model under construction. Names are those of values; nodes are written in the order of their making. */
export interface OnnxGraph {
  input(name: string, type: ElementType, shape: ReadonlyArray<number | string>): string;
  output(name: string, type: ElementType, shape: ReadonlyArray<number | string>): void;
  /** Goes to a file at once; `name` is made unique. */
  constant(name: string, shape: readonly number[], data: ConstantData): string;
  /** A node with one output; inputs that are left out are ''. */
  node(
    operator: string,
    inputs: readonly string[],
    options?: NodeOptions & { readonly output?: string },
  ): string;
  /** A node with several outputs; those that are not wanted are ''. */
  nodeWithOutputs(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    options?: NodeOptions,
  ): void;
  /** A name for a value that nothing else has. */
  unique(name: string): string;
  /** Writes what is left. @throws {CliptagError} `model-too-large` beyond what protobuf can hold */
  finish(): void;
}

/** LayerNormalization came with opset 17, ReduceMax with its axes as an input with 18, which belongs to IR version 8. */
const OPSET = 18;
const IR_VERSION = 8;
/** https://protobuf.dev/programming-guides/proto-limits */
const MAXIMUM_FILE_BYTES = 2 ** 31 - 1;

/**
 * From this many bytes on a tensor goes to the file for weights, where there is one. ONNX Runtime maps that into
 * memory, while it copies what the ONNX file holds twice: a ViT-B/32 is ready after 0.6 of the time.
 */
const WEIGHTS_FROM_BYTES = 65_536;

/** Field numbers of GraphProto. */
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;

/**
 * Starts an ONNX model. Its graph is one message, whose length stands before it: room is left for it, and `finish`
 * fills it in.
 *
 * @param weights for large tensors @default all are in the ONNX file itself
 */
export function onnxGraph(sink: OnnxSink, name: string, weights?: WeightsFile): OnnxGraph {
  const header = message(
    numberField(1, IR_VERSION),
    textField(2, 'cliptag'),
    bytesField(8, message(textField(1, ''), numberField(2, OPSET))),
    bytesField(8, message(textField(1, 'com.microsoft'), numberField(2, 1))),
    Buffer.from([(7 << 3) | 2]),
  );
  sink.append(header);
  sink.append(paddedVarint(0));
  let graphBytes = 0;
  const append = (bytes: Uint8Array) => {
    sink.append(bytes);
    graphBytes += bytes.length;
  };
  append(textField(GRAPH.name, name));
  const uses = new Map<string, number>();
  const unique = (wanted: string) => {
    const count = uses.get(wanted) ?? 0;
    uses.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}_${count}`;
  };
  const graph: OnnxGraph = {
    unique,
    input: (inputName, type, shape) => {
      append(bytesField(GRAPH.input, valueInfo(inputName, type, shape)));
      return inputName;
    },
    output: (outputName, type, shape) => append(bytesField(GRAPH.output, valueInfo(outputName, type, shape))),
    constant: (wanted, shape, data) => {
      const constantName = unique(wanted);
      const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const head = tensorHead(constantName, shape, data);
      if (weights && raw.length >= WEIGHTS_FROM_BYTES) {
        append(bytesField(GRAPH.initializer, message(head, tensorPlace(weights, raw))));
      } else {
        const rawHead = bytesHeader(9, raw.length);
        append(bytesHeader(GRAPH.initializer, head.length + rawHead.length + raw.length));
        for (const part of [head, rawHead, raw]) append(part);
      }
      return constantName;
    },
    node: (operator, inputs, options = {}) => {
      const output = options.output ?? unique(operator);
      graph.nodeWithOutputs(operator, inputs, [output], options);
      return output;
    },
    nodeWithOutputs: (operator, inputs, outputs, options = {}) =>
      append(bytesField(GRAPH.node, nodeBytes(operator, inputs, outputs, options))),
    finish: () => {
      const total = header.length + PADDED_VARINT_BYTES + graphBytes;
      if (total > MAXIMUM_FILE_BYTES) {
        throw new CliptagError(
          'model-too-large',
          `Expected an ONNX file of at most ${MAXIMUM_FILE_BYTES} bytes but received ${total}; int8 takes a quarter`,
        );
      }
      sink.overwrite(header.length, paddedVarint(graphBytes));
    },
  };
  return graph;
}

/** A TensorProto but for its numbers. */
function tensorHead(name: string, shape: readonly number[], data: ConstantData): Uint8Array {
  return message(
    ...shape.map((size) => numberField(1, size)),
    numberField(2, ELEMENT_TYPES[elementType(data)]),
    textField(8, name),
  );
}

/** Of numbers in another file: `external_data` (13) tells the place, `data_location` (14) is EXTERNAL. */
function tensorPlace(weights: WeightsFile, raw: Uint8Array): Uint8Array {
  const entry = (key: string, value: string) =>
    bytesField(13, message(textField(1, key), textField(2, value)));
  return message(
    entry('location', weights.name),
    entry('offset', String(weights.add(raw))),
    entry('length', String(raw.length)),
    numberField(14, 1),
  );
}

function elementType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int8Array ? 'int8' : 'int64';
}

function nodeBytes(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { domain, attributes = {} }: NodeOptions,
): Uint8Array {
  return message(
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
    ...(domain ? [textField(7, domain)] : []),
  );
}

/** AttributeProto: `type` (20) says which of f (2), i (3), s (4) and ints (8) holds the value. */
function attribute(name: string, value: Attribute): Uint8Array {
  const head = textField(1, name);
  if (typeof value === 'number') return message(head, numberField(3, value), numberField(20, 2));
  if (typeof value === 'string') return message(head, textField(4, value), numberField(20, 3));
  if ('float' in value) return message(head, floatField(2, value.float), numberField(20, 1));
  return message(head, ...value.map((item) => numberField(8, item)), numberField(20, 7));
}

function valueInfo(name: string, type: ElementType, shape: ReadonlyArray<number | string>): Uint8Array {
  const dimensions = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? numberField(1, size) : textField(2, size)),
  );
  const tensorType = message(numberField(1, ELEMENT_TYPES[type]), bytesField(2, message(...dimensions)));
  return message(textField(1, name), bytesField(2, message(bytesField(1, tensorType))));
}
