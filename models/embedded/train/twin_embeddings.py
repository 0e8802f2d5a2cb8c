"""Writes what test/bench/calibration.ts reads of the twin that has never seen pictures of the held-out labels:
twin_embeddings.py --data DIR --out DIR --model DIR --to FOLDER (--out: the work folder of train.sh)
"""

import argparse
import json
from pathlib import Path

import export
import numpy as np
import onnxruntime
import torch
from photo_set import load_held_out, validation_pictures
from texts import encode
from tokenizers import Tokenizer

CONTRASTS = ["a photo", "a photo of something", "an image"]  # DEFAULT_CONTRAST_PROMPTS of label-set.ts


def text_embeddings(model, texts):
    """By the shipped text encoder, which the twin shares."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(model / "text-encoder.onnx"), providers=["CPUExecutionProvider"])
    parts = [texts[at : at + 128] for at in range(0, len(texts), 128)]
    return np.concatenate([session.run(None, {"ids": encode(tokenizer, part).numpy()})[0] for part in parts])


def image_embeddings(exporter, out):
    features = np.load(out / "features/sharp whole.npy", mmap_mode="r")
    head = exporter.head("head-without-held-out")
    with torch.no_grad():
        parts = [
            head(torch.from_numpy(features[at : at + 1024].astype(np.float32))).numpy()
            for at in range(0, len(features), 1024)
        ]
    return np.concatenate(parts)


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "out", "model", "to"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    exporter = export.Exporter(given.data, given.out, given.model)
    names = [entry["label"] for entry in exporter.labels]
    kept_back, _ = validation_pictures(given.data, given.out, exporter.sharp, None)
    split = np.where(exporter.sharp.is_test, "test", "train").astype(object)
    split[kept_back] = "validation"
    matrices = {
        "images": image_embeddings(exporter, given.out),
        "texts": text_embeddings(given.model, [entry["phrase"] for entry in exporter.labels]),
        "contrasts": text_embeddings(given.model, CONTRASTS),
    }
    given.to.mkdir(parents=True, exist_ok=True)
    for name, matrix in matrices.items():
        matrix.astype("<f4").tofile(given.to / f"{name}.f32")
    described = {
        "model": "twin",
        "size": matrices["images"].shape[1],
        "logitScale": json.loads((given.model / "manifest.json").read_text())["logitScale"],
        "labels": names,
        "heldOut": sorted(load_held_out()),
        "also": {name: [names[j] for j in np.flatnonzero(row)] for name, row in zip(names, exporter.truth)},
        "label": [names[i] for i in exporter.sharp.label],
        "split": split.tolist(),
    }
    (given.to / "set.json").write_text(json.dumps(described))


if __name__ == "__main__":
    main()
