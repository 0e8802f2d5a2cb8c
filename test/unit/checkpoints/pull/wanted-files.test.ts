import { describe, expect, it } from 'vitest';
import { type PulledLayout, wantedFiles } from '../../../../functions/checkpoints/pull/wanted-files.ts';

const CONFIG = ['config.json', 'processor_config.json', 'tokenizer.json'];
const OTHERS = ['flax_model.msgpack', 'tf_model.h5', 'pytorch_model.bin', 'merges.txt'];
const ONNX = ['onnx/model.onnx', 'onnx/text_model.onnx', 'onnx/vision_model.onnx'];

describe('the files that are pulled', () => {
  it.each<[string, string[], PulledLayout, string[]]>([
    [
      'open_clip weights, where both layouts are there',
      ['model.safetensors', 'open_clip_model.safetensors'],
      'auto',
      ['open_clip_model.safetensors'],
    ],
    ['Hugging Face weights', ['model.safetensors', ...ONNX], 'auto', ['model.safetensors']],
    [
      'converted open_clip weights',
      ['open_clip_pytorch_model.safetensors'],
      'auto',
      ['open_clip_pytorch_model.safetensors'],
    ],
    [
      'all shards with their index',
      [
        'model-00002-of-00002.safetensors',
        'model-00001-of-00002.safetensors',
        'model.safetensors.index.json',
      ],
      'auto',
      [
        'model.safetensors.index.json',
        'model-00001-of-00002.safetensors',
        'model-00002-of-00002.safetensors',
      ],
    ],
    ['ONNX where there are no safetensors', ONNX, 'auto', ['onnx/text_model.onnx', 'onnx/vision_model.onnx']],
    [
      'ONNX where it is asked for',
      [...ONNX, 'model.safetensors'],
      'onnx',
      ['onnx/text_model.onnx', 'onnx/vision_model.onnx'],
    ],
    [
      'weights beside an ONNX graph',
      [...ONNX, 'onnx/vision_model.onnx_data'],
      'onnx',
      ['onnx/text_model.onnx', 'onnx/vision_model.onnx', 'onnx/vision_model.onnx_data'],
    ],
  ])('are %s', (_case, weights, layout, expected) => {
    const { paths, remarks } = wantedFiles('a/b', [...OTHERS, ...weights, ...CONFIG], layout);
    expect(paths).toEqual([...CONFIG, ...expected]);
    expect(remarks).toEqual([]);
  });

  it.each<[string, string[], PulledLayout, RegExp]>([
    [
      'pickles alone',
      OTHERS,
      'auto',
      /received flax_model\.msgpack, tf_model\.h5, pytorch_model\.bin: pickles/,
    ],
    ['no weights at all', ['a.txt'], 'auto', /but received 1 files without weights$/],
    ['shards without an index', ['model-00001-of-00001.safetensors'], 'auto', /Expected open_clip_model/],
    ['an image encoder alone', ['onnx/vision_model.onnx'], 'onnx', /Expected onnx\/text_model\.onnx and /],
    [
      'no quantised ONNX',
      ONNX,
      'onnx-quantised',
      /text_model_quantized\.onnx and .* received onnx\/model\.onnx/,
    ],
  ])('rejects %s', (_case, listed, layout, message) => {
    expect(() => wantedFiles('a/b', listed, layout)).toThrow(message);
  });
});
