"""Export the trained encoders to ONNX with int8 weights, choose the view size, fit the logit scale.

Writes image-encoder.onnx, text-encoder.onnx, tokenizer.json, manifest.json and held-out.json to the model folder,
the float32 graphs to the work folder, and prints the measures of the model card.
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from batches import split_pictures
from evaluate import embed_pictures, embed_with_onnx, fit_logit_scale, hit_rates, load_average, milliseconds_per_picture
from image_encoder import EMBEDDING_SIZE, PICTURE_SIZE, enlarge, fold_norms, normalise_pixels
from photo_set import HELD_OUT_FILE, Pictures, load_held_out, load_labels, true_labels
from quantise import CalibrationPictures, quantise_convolutions, refit_projection, store_weights_as_int8
from text_encoder import CONTEXT_LENGTH
from texts import encode, label_rows, load_text_encoder

OPSET = 18
VIEW_SIZES = (160, 176)  # the size at the end of training, and a larger one: whole pictures show things smaller than crops do
FIRST_SHARES = (0, 0.25, 0.45)  # the mean of both runs' ends may know more than either
CALIBRATION_PICTURES = 2048
REFIT_PICTURES = 4096
REVISION = "2026.11.4"


class FromPixels(nn.Module):
    """uint8 (N, S, S, 3) -> unit embeddings: transposition, normalisation and enlargement as part of the graph."""

    def __init__(self, encoder, view_size):
        super().__init__()
        self.encoder, self.view_size = encoder, view_size

    def forward(self, pixels):
        return self.encoder(enlarge(normalise_pixels(pixels), self.view_size))


def to_onnx(module, example, path, name, dynamic):
    """Write the module as an ONNX file with one input of that name and one output, `embedding`."""
    axes = {name: dynamic, "embedding": {0: "N"}}
    torch.onnx.export(
        module, (example,), str(path), input_names=[name], output_names=["embedding"], dynamic_axes=axes,
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def open_session(path, threads=2):
    """An onnxruntime session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Exporter:
    """The trained parts, the data to measure them on, and where files go."""

    def __init__(self, data_dir, out_dir, model_dir, test_pictures):
        self.out, self.model = out_dir, model_dir
        self.labels = load_labels(data_dir)
        self.truth = true_labels(self.labels)
        self.pictures = Pictures(out_dir)
        self.training, self.validation = split_pictures(self.pictures, self.labels)
        self.test = np.flatnonzero(self.pictures.is_test)[:test_pictures]
        self.held_out = [i for i, entry in enumerate(self.labels) if entry["label"] in set(load_held_out())]
        self.unseen = np.flatnonzero(np.isin(self.pictures.label, self.held_out))[:test_pictures]
        targets = np.load(out_dir / "targets.npz")["label_targets"]
        self.wanted_rows = label_rows(out_dir, self.labels, targets)[: len(self.labels)]

    def export_text(self):
        """Tokenizer and text encoder; returns the end token's id and the shipped encoder's label rows."""
        shutil.copy(self.out / "tokenizer.json", self.model / "tokenizer.json")
        encoder, tokenizer = load_text_encoder(self.out)
        ids = encode(tokenizer, [entry["phrase"] for entry in self.labels])
        float_path, path = self.out / "text-encoder.float32.onnx", self.model / "text-encoder.onnx"
        to_onnx(encoder, ids[:2], float_path, "ids", {0: "N", 1: "L"})
        store_weights_as_int8(float_path, path)
        float_rows, rows = (open_session(p).run(None, {"ids": ids.numpy()})[0] for p in (float_path, path))
        print(f"text: int8 to float32 cosine {(rows * float_rows).sum(1).mean():.5f}, "
              f"labels to their classifier rows {(rows * self.wanted_rows).sum(1).mean():.4f}", flush=True)  # fmt: skip
        return encoder.end_token, rows

    def choose_encoder(self, rows):
        """View size and encoder with the most top-1 and top-5 together on validation pictures."""
        results = {}
        for size in VIEW_SIZES:
            for share in FIRST_SHARES:
                shares = {self.out / "first.pt": share, self.out / "second.pt": 1 - share}
                encoder = load_average(shares, self.pictures, self.training, size)
                rates = self.rates(embed_pictures(encoder, self.pictures, self.validation, size), rows, self.validation)
                print(f"view {size}, {share} of the first run: validation {rates[0]:.4f} / {rates[1]:.4f}", flush=True)
                results[sum(rates)] = size, encoder
        return results[max(results)]

    def export_image(self, rows):
        """Image encoder in float32 and int8; returns both sessions."""
        size, encoder = self.choose_encoder(rows)
        float_path, path = self.out / "image-encoder.float32.onnx", self.model / "image-encoder.onnx"
        example = torch.zeros(2, PICTURE_SIZE, PICTURE_SIZE, 3, dtype=torch.uint8)
        to_onnx(FromPixels(fold_norms(encoder), size), example, float_path, "pixels", {0: "N"})
        calibration = CalibrationPictures(self.pictures, self.training[:CALIBRATION_PICTURES], PICTURE_SIZE)
        quantise_convolutions(float_path, path, calibration)
        refit_projection(float_path, path, self.pictures, self.training[-REFIT_PICTURES:], PICTURE_SIZE)
        for each in (float_path, path):
            one_thread = open_session(each, threads=1)
            alone, of8 = (milliseconds_per_picture(one_thread, PICTURE_SIZE, batch) for batch in (1, 8))
            print(f"{each.name}: {each.stat().st_size} bytes, {alone:.2f} ms alone, {of8:.2f} ms of 8", flush=True)
        return open_session(float_path), open_session(path)

    def rates(self, embeddings, rows, indices, candidates=None):
        """Top-1 and top-5 of these pictures."""
        return hit_rates(embeddings, rows, self.pictures.label[indices], self.labels, self.truth, candidates)

    def embed(self, session):
        """Embeddings of the test split, and of all pictures of held-out labels: none of them was trained on."""
        return (embed_with_onnx(session, self.pictures, indices) for indices in (self.test, self.unseen))

    def measure(self, name, embeddings, unseen_embeddings, rows):
        """Print the model card's figures on the test split, and those of the held-out labels among themselves."""
        seen = ~np.isin(self.pictures.label[self.test], self.held_out)
        all_labels = self.rates(embeddings, rows, self.test)
        trained = self.rates(embeddings[seen], rows, self.test[seen])
        unseen = self.rates(unseen_embeddings, rows, self.unseen, self.held_out)
        print(f"{name}: top-1 {all_labels[0]:.4f} top-5 {all_labels[1]:.4f}; of labels trained on "
              f"{trained[0]:.4f} / {trained[1]:.4f}; held out, among themselves {unseen[0]:.4f} / {unseen[1]:.4f}",
              flush=True)  # fmt: skip

    def run(self):
        """Write all files, then measure."""
        end_token, rows = self.export_text()
        float_session, session = self.export_image(rows)
        validation = embed_with_onnx(session, self.pictures, self.validation)
        scale = fit_logit_scale(validation, rows, self.pictures.label[self.validation], self.labels, self.truth)
        write_manifest(self.model, end_token, scale)
        shutil.copy(HELD_OUT_FILE, self.model / "held-out.json")
        print(f"logit scale {scale:.2f}", flush=True)
        embeddings, unseen = self.embed(session)
        self.measure("int8", embeddings, unseen, rows)
        float_embeddings, unseen = self.embed(float_session)
        self.measure("float32", float_embeddings, unseen, rows)
        print(f"int8 to float32 cosine {(embeddings * float_embeddings).sum(1).mean():.4f}")


def file_entry(path):
    """A file as the manifest lists it."""
    data = path.read_bytes()
    return {"path": path.name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def write_manifest(model_dir, end_token, logit_scale):
    """manifest.json of the model folder."""
    manifest = {
        "name": "embedded",
        "description": "Small image and text encoder in CLIP's manner; for trying and testing",
        "source": "models/embedded/train",
        "revision": REVISION,
        "licence": "Research, testing and other non-commercial use; README.md lists the training data's terms",
        "files": {
            "imageEncoder": file_entry(model_dir / "image-encoder.onnx"),
            "textEncoder": file_entry(model_dir / "text-encoder.onnx"),
            "tokenizer": file_entry(model_dir / "tokenizer.json"),
        },
        "image": {"size": PICTURE_SIZE, "resize": "bicubic"},
        "text": {"contextLength": CONTEXT_LENGTH, "endToken": end_token},
        "embeddingSize": EMBEDDING_SIZE,
        "logitScale": round(logit_scale, 3),
        "scoring": "softmax",
    }
    (model_dir / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write")
    parser.add_argument("--test-pictures", type=int, default=None, help="measure on so many only")
    args = parser.parse_args()
    args.model.mkdir(parents=True, exist_ok=True)
    Exporter(args.data, args.out, args.model, args.test_pictures).run()


if __name__ == "__main__":
    main()
