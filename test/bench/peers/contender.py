"""Encodes pictures with a Python library, on one thread, as it is told on standard input (see contender.ts).

Usage: contender.py onnxruntime|openvino|transformers|open_clip FILE_OR_FOLDER SIZE
"""

import json
import sys
import time

import numpy as np
from PIL import Image

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)


def open_onnxruntime(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda values: session.run(["image_embeds"], {"pixel_values": values})[0]


def open_openvino(path):
    """A graph for each size of batch: with the size left open it is slower."""
    import openvino

    core = openvino.Core()
    one_thread = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    compiled = {}

    def graph_of(shape):
        if shape not in compiled:
            model = core.read_model(path)
            model.reshape(shape)
            compiled[shape] = core.compile_model(model, "CPU", one_thread).create_infer_request()
        return compiled[shape]

    size = core.read_model(path).input(0).partial_shape[2].get_length()
    graph_of((1, 3, size, size))
    return lambda values: graph_of(values.shape).infer(values, share_inputs=True)[0]


def open_transformers(path):
    import torch
    from transformers import CLIPVisionModelWithProjection

    torch.set_num_threads(1)
    model = CLIPVisionModelWithProjection.from_pretrained(path).eval()

    def encode(values):
        with torch.inference_mode():
            return model(pixel_values=torch.from_numpy(values)).image_embeds.numpy()

    return encode


def open_open_clip(path):
    import open_clip
    import torch

    torch.set_num_threads(1)
    model, _ = open_clip.create_model_from_pretrained(f"local-dir:{path}")
    model.eval()

    def encode(values):
        with torch.inference_mode():
            return model.encode_image(torch.from_numpy(values)).numpy()

    return encode


OPENERS = {
    "onnxruntime": open_onnxruntime,
    "openvino": open_openvino,
    "transformers": open_transformers,
    "open_clip": open_open_clip,
}


def pixel_values(path, size):
    """CLIP's own preprocessing (openai/CLIP, clip.py, _transform), by Pillow and NumPy."""
    image = Image.open(path)
    width, height = image.size
    short = min(width, height)
    image = image.resize((int(size * width / short), int(size * height / short)), Image.Resampling.BICUBIC)
    left, top = round((image.width - size) / 2), round((image.height - size) / 2)
    image = image.crop((left, top, left + size, top + size)).convert("RGB")
    values = (np.asarray(image, dtype=np.float32) / 255 - MEAN) / STD
    return np.ascontiguousarray(values.transpose(2, 0, 1))[None]


def timed(work, runs):
    costs = []
    for _ in range(runs):
        started, before = time.perf_counter(), time.process_time()
        result = work()
        processor = (time.process_time() - before) * 1000
        costs.append({"wall": (time.perf_counter() - started) * 1000, "processor": processor})
    return costs, result


def answer(request, state, kind, path, size):
    if request["task"] == "open":
        costs, state["encode"] = timed(lambda: OPENERS[kind](path), 1)
        return {"costs": costs}
    encode = state["encode"]
    if request["task"] == "encode":
        values = np.random.default_rng(1).standard_normal((request["batch"], 3, size, size), dtype=np.float32)
        costs, _ = timed(lambda: encode(values), request["runs"])
        return {"costs": costs}
    costs, result = timed(lambda: encode(pixel_values(request["path"], size)), request["runs"])
    return {"costs": costs, "embedding": [float(value) for value in result[0]]}


def main():
    kind, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    state = {}
    # Libraries print as they please: answers keep standard output to themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), state, kind, path, size)), file=answers, flush=True)


if __name__ == "__main__":
    main()
