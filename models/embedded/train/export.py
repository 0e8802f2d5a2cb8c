"""Export the trained encoders to ONNX, quantise them, choose the picture size, fit the logit scale.

Writes image-encoder.onnx, text-encoder.onnx, tokenizer.json and manifest.json to the model folder,
the float32 graphs to the work folder, and prints the measures of the model card.
"""

import argparse
import copy
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType
from onnxruntime.quantization import quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from evaluate import candidate_labels, embed_pictures, hit_rates
from image_encoder import EMBEDDING_SIZE, ConvNorm, ImageEncoder, normalise_pixels
from photo_set import Pictures, load_held_out, load_labels, true_labels
from text_encoder import CONTEXT_LENGTH, TextEncoder
from train_image import split_pictures
from train_text import encode, label_rows

OPSET = 18
SIZES = (64, 72, 80)
CALIBRATION_PICTURES = 512
MIN_INT8_ELEMENTS = 4096  # smaller weights of the text encoder stay float32
REVISION = "2026.11"
PROMPT = "a photo of a {}"


class FromPixels(nn.Module):
    """uint8 (N, S, S, 3) -> unit embeddings: normalisation and transposition as part of the graph."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, pixels):
        return self.encoder(normalise_pixels(pixels))


def fold_norms(module):
    """A copy of the module whose batch normalisations are folded into the convolutions before them."""
    module = copy.deepcopy(module).eval()
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, ConvNorm):
                setattr(parent, name, fuse_conv_bn_eval(child[0], child[1]))
    return module


def to_onnx(module, example, path, inputs, dynamic):
    """Write the module as an ONNX file whose one output is `embedding`."""
    torch.onnx.export(
        module, (example,), str(path), input_names=[inputs], output_names=["embedding"],
        dynamic_axes={inputs: dynamic, "embedding": {0: "N"}}, opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def session(path, threads=2):
    """An onnxruntime session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class CalibrationPictures(CalibrationDataReader):
    """Training pictures in batches of 32 for the static quantisation."""

    def __init__(self, pictures, indices, size):
        batches = [indices[at : at + 32] for at in range(0, len(indices), 32)]
        self.feeds = ({"pixels": np.stack([pictures.centre_crop(i, size) for i in part])} for part in batches)

    def get_next(self):
        return next(self.feeds, None)


def quantise_image_encoder(source, target, calibration):
    """Static int8: per-channel weights, uint8 activations; the last projection stays float32."""
    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    graph = onnx.load(prepared).graph
    quantize_static(
        str(prepared), str(target), calibration, quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv", "Add", "AveragePool"],
        nodes_to_exclude=[node.name for node in graph.node if node.op_type in ("Gemm", "Sub", "Div")],
    )  # fmt: skip


def store_weights_as_int8(source, target):
    """Weight-only int8: large float weights become int8 rows with a scale each, and DequantizeLinear."""
    model = onnx.load(source)
    graph = model.graph
    nodes = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < MIN_INT8_ELEMENTS:
            continue
        axis = 0 if values.shape[0] > 4 * values.shape[1] else 1  # rows of the token table, else outputs
        scale = np.abs(values).max(1 - axis, keepdims=True) / 127
        quantised = np.round(values / np.maximum(scale, 1e-12)).astype(np.int8)
        name = weight.name
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(quantised, f"{name}.int8"))
        graph.initializer.append(numpy_helper.from_array(scale.ravel().astype(np.float32), f"{name}.scale"))
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}.int8", f"{name}.scale"], [name], axis=axis))
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def embed_with(image_session, pictures, indices, size):
    """Unit embeddings of the pictures by an ONNX image encoder."""
    parts = []
    for at in range(0, len(indices), 64):
        pixels = np.stack([pictures.centre_crop(i, size) for i in indices[at : at + 64]])
        parts.append(image_session.run(None, {"pixels": pixels})[0])
    return np.concatenate(parts)


def embed_labels(text_session, tokenizer, labels):
    """Unit embeddings of the labels in the one prompt template."""
    ids = encode(tokenizer, [PROMPT.format(entry["label"]) for entry in labels]).numpy()
    return np.concatenate([text_session.run(None, {"ids": ids[at : at + 64]})[0] for at in range(0, len(ids), 64)])


def milliseconds_per_picture(path, size, batch):
    """Time on one thread, the least of several rounds (others may use the machine)."""
    one_thread = session(path, 1)
    pixels = np.random.default_rng(1).integers(0, 256, (batch, size, size, 3), np.uint8)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        one_thread.run(None, {"pixels": pixels})
        times.append(time.perf_counter() - began)
    return 1000 * min(times) / batch


def fit_logit_scale(embeddings, rows, picture_labels, labels, truth):
    """The scale with the least cross-entropy over the candidate labels; other true labels left out."""
    candidates = candidate_labels(labels)
    counted = np.isin(picture_labels, candidates)
    own = np.searchsorted(candidates, picture_labels[counted])
    cosines = embeddings[counted] @ rows[candidates].T
    also = truth[picture_labels[counted]][:, candidates]
    also[np.arange(len(own)), own] = False

    def loss(scale):
        logits = np.where(also, -np.inf, scale * cosines)
        top = logits.max(1)
        return np.mean(top + np.log(np.exp(logits - top[:, None]).sum(1)) - logits[np.arange(len(own)), own])

    scales = np.geomspace(3, 60, 300)
    return float(scales[np.argmin([loss(scale) for scale in scales])])


def measure(name, embeddings, rows, pictures, test, labels, truth):
    """Print the bar's figures, and the held-out labels' top-5 among themselves."""
    picture_labels = pictures.label[test]
    held_out = [i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())]
    top1, top5 = hit_rates(embeddings, rows, picture_labels, labels, truth)
    of40 = hit_rates(embeddings, rows, picture_labels, labels, truth, held_out)
    seen = ~np.isin(picture_labels, held_out)
    seen1, seen5 = hit_rates(embeddings[seen], rows, picture_labels[seen], labels, truth)
    print(f"{name}: top-1 {top1:.4f} top-5 {top5:.4f}; labels trained on {seen1:.4f} / {seen5:.4f}; "
          f"held out, among their 40: {of40[0]:.4f} / {of40[1]:.4f}", flush=True)


def choose_size(encoder, rows, pictures, validation, labels, truth):
    """The picture size with the best top-1 on validation pictures."""
    results = {}
    for size in SIZES:
        embeddings = embed_pictures(encoder, pictures, validation, size)
        results[size] = hit_rates(embeddings, rows, pictures.label[validation], labels, truth)
        print(f"size {size}: validation {results[size][0]:.4f} / {results[size][1]:.4f}", flush=True)
    return max(results, key=lambda size: results[size][0])


def file_entry(path):
    """A file as the manifest lists it."""
    data = path.read_bytes()
    return {"path": path.name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def write_manifest(model_dir, size, end_token, logit_scale):
    """manifest.json of the model folder."""
    manifest = {
        "name": "embedded",
        "description": "Small CLIP-like image and text encoder trained from scratch; for trying and testing",
        "source": "models/embedded/train",
        "revision": REVISION,
        "licence": "Research and non-commercial use: see README.md for the training data's terms",
        "files": {
            "imageEncoder": file_entry(model_dir / "image-encoder.onnx"),
            "textEncoder": file_entry(model_dir / "text-encoder.onnx"),
            "tokenizer": file_entry(model_dir / "tokenizer.json"),
        },
        "image": {"size": size, "resize": "bicubic"},
        "text": {"contextLength": CONTEXT_LENGTH, "endToken": end_token},
        "embeddingSize": EMBEDDING_SIZE,
        "logitScale": round(logit_scale, 3),
        "scoring": "softmax",
    }
    (model_dir / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def export_text(out_dir, model_dir):
    """Both text graphs and the tokenizer; returns the tokenizer and the session of the shipped graph."""
    shutil.copy(out_dir / "tokenizer.json", model_dir / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(out_dir / "tokenizer.json"))
    encoder = TextEncoder(tokenizer.get_vocab_size())
    encoder.load_state_dict(torch.load(out_dir / "text.pt"))
    example = encode(tokenizer, ["a photo of a dog", "dog"])
    float_path = out_dir / "text-encoder.float32.onnx"
    to_onnx(encoder.eval(), example, float_path, "ids", {0: "N", 1: "L"})
    store_weights_as_int8(float_path, model_dir / "text-encoder.onnx")
    return tokenizer, session(model_dir / "text-encoder.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write")
    parser.add_argument("--test-pictures", type=int, default=None, help="measure on so many only")
    args = parser.parse_args()
    args.model.mkdir(parents=True, exist_ok=True)

    labels = load_labels(args.data)
    truth = true_labels(labels)
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    test = np.flatnonzero(pictures.is_test)[: args.test_pictures]

    tokenizer, text_session = export_text(args.out, args.model)
    rows = embed_labels(text_session, tokenizer, labels)
    wanted = label_rows(args.out, labels, np.load(args.out / "targets.npz")["label_targets"])
    float_rows = embed_labels(session(args.out / "text-encoder.float32.onnx"), tokenizer, labels)
    print(f"text: int8 to float32 cosine {(rows * float_rows).sum(1).mean():.5f}, "
          f"to the classifier rows {(rows * wanted).sum(1).mean():.4f}", flush=True)

    encoder = ImageEncoder()
    encoder.load_state_dict(torch.load(args.out / "image.pt")["average"])
    encoder = fold_norms(encoder)
    size = choose_size(encoder, rows, pictures, validation, labels, truth)
    float_path, int8_path = args.out / "image-encoder.float32.onnx", args.model / "image-encoder.onnx"
    to_onnx(FromPixels(encoder), torch.zeros(2, size, size, 3, dtype=torch.uint8), float_path, "pixels", {0: "N"})
    calibration = CalibrationPictures(pictures, training[:CALIBRATION_PICTURES], size)
    quantise_image_encoder(float_path, int8_path, calibration)

    scale = fit_logit_scale(embed_with(session(int8_path), pictures, validation, size), rows,
                            pictures.label[validation], labels, truth)  # fmt: skip
    write_manifest(args.model, size, text_session_end_token(tokenizer), scale)
    print(f"size {size}, logit scale {scale:.2f}", flush=True)

    float_embeddings = embed_with(session(float_path), pictures, test, size)
    measure("float32, classifier rows", float_embeddings, wanted, pictures, test, labels, truth)
    measure("float32, text rows", float_embeddings, rows, pictures, test, labels, truth)
    embeddings = embed_with(session(int8_path), pictures, test, size)
    measure("int8, text rows", embeddings, rows, pictures, test, labels, truth)
    print(f"image: int8 to float32 cosine {(embeddings * float_embeddings).sum(1).mean():.4f}")
    for path in (float_path, int8_path):
        print(f"{path.name}: {path.stat().st_size} bytes, one thread, ms per picture: "
              f"{milliseconds_per_picture(path, size, 1):.2f} alone, {milliseconds_per_picture(path, size, 8):.2f} of 8")


def text_session_end_token(tokenizer):
    """Id of the end-of-text token, the highest of all."""
    return tokenizer.get_vocab_size() - 1


if __name__ == "__main__":
    main()
