import {
  bytesOf,
  type ConstantData,
  type ElementType,
  graphField,
  modelMessage,
  type NodeOptions,
  nodeMessage,
  type Shape,
  tensorMessage,
  valueMessage,
} from './onnx-messages.ts';
import type { Field } from './protobuf.ts';
import type { WeightsFile } from './weights-file.ts';

/** An ONNX model under construction. Names are those of values; nodes are written in the order of their making. */
export interface OnnxGraph {
  input(name: string, type: ElementType, shape: Shape): string;
  output(name: string, type: ElementType, shape: Shape): void;
  /** `name` is made unique; `data` must not change afterwards. */
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
  /** A name for a value that no other value has. */
  unique(name: string): string;
  /** The .onnx file. */
  bytes(): Uint8Array;
}

/**
 * A tensor of this many bytes goes to the file of weights, where there is one. ONNX Runtime maps that file into memory,
 * while it copies twice what the ONNX file holds: a ViT-B/32 is ready after 0.6 of the time.
 */
const MINIMUM_WEIGHTS_BYTES = 65_536;

/** Starts an ONNX model. @param weights for large tensors @default all are in the ONNX file itself */
export function onnxGraph(name: string, weights?: WeightsFile): OnnxGraph {
  const fields: Field[] = [graphField.name(name)];
  const uses = new Map<string, number>();
  const unique = (wanted: string) => {
    const count = uses.get(wanted) ?? 0;
    uses.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}_${count}`;
  };
  const graph: OnnxGraph = {
    unique,
    input: (inputName, type, shape) => {
      fields.push(graphField.input(valueMessage(inputName, type, shape)));
      return inputName;
    },
    output: (outputName, type, shape) => {
      fields.push(graphField.output(valueMessage(outputName, type, shape)));
    },
    constant: (wanted, shape, data) => {
      const constantName = unique(wanted);
      const isLarge = data.byteLength >= MINIMUM_WEIGHTS_BYTES;
      const place = isLarge ? weights?.add(bytesOf(data)) : undefined;
      fields.push(graphField.initializer(tensorMessage(constantName, shape, data, place)));
      return constantName;
    },
    node: (operator, inputs, options = {}) => {
      const output = options.output ?? unique(operator);
      graph.nodeWithOutputs(operator, inputs, [output], options);
      return output;
    },
    nodeWithOutputs: (operator, inputs, outputs, options = {}) => {
      fields.push(graphField.node(nodeMessage(operator, inputs, outputs, options)));
    },
    bytes: () => Buffer.concat(modelMessage(fields.flat())),
  };
  return graph;
}
