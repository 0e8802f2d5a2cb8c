"""Put backbone, head and text side together as the model's files, and measure them.

The embedding of a picture: the head's opinion on ImageNet's classes, on the photo labels and on general words, each times
the text encoder's own embeddings of the names, added and normalised (ConSE, Norouzi et al. 2014, arXiv 1312.5650). So it
lies where the words lie, between those that fit.

Writes image-encoder.onnx, text-encoder.onnx, tokenizer.json and manifest.json to the model folder.
"""

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from backbone import FEATURES, HEAD_WIDTH, PICTURE_SIZE, published_classifier
from features import open_session, to_onnx
from photo_set import (
    Kinds,
    Pictures,
    centre_crop,
    load_classes,
    load_held_out,
    load_labels,
    true_labels,
    validation_pictures,
)
from quantise import store_weights_as_int8
from rows import NOTHING_TEXTS
from text_encoder import CONTEXT_LENGTH
from texts import MOST_USED, embed_texts, encode, load_text_encoder, said

CLASS_SHARE, LABEL_SHARE, WORD_SHARE = 0.3, 0.65, 0.12  # what each part adds to an embedding; chosen on validation pictures
UNSURE = 0.5  # general words below this probability add nothing
BROAD = 5  # labels of a general word that is measured
REVISION = "2026.12"


class Head(nn.Module):
    """Features (N, FEATURES) -> unit embeddings (N, 256)."""

    def __init__(self, fitted, class_rows, label_rows, word_rows):
        """fitted: what fit_head.py wrote; label_rows: those of its labels, and the one of nothing in particular last."""
        super().__init__()
        classes, class_bias = published_classifier()
        for name, value in {
            "class_weight": classes.T, "class_bias": class_bias, "class_rows": CLASS_SHARE * class_rows,
            "label_weight": fitted["label_weight"].T, "label_bias": fitted["label_bias"], "label_rows": LABEL_SHARE * label_rows,
            "word_weight": fitted["word_weight"].T, "word_bias": fitted["word_bias"], "word_rows": WORD_SHARE * word_rows,
        }.items():  # fmt: skip
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(value, np.float32)))

    def forward(self, features):
        labels = torch.softmax(features @ self.label_weight + self.label_bias, 1)
        classes = torch.softmax(features[:, :HEAD_WIDTH] @ self.class_weight + self.class_bias, 1)
        words = torch.relu(torch.sigmoid(features @ self.word_weight + self.word_bias) - UNSURE) / (1 - UNSURE)
        something = 1 - labels[:, -1:]  # where there is nothing to see, the other opinions do not count
        return F.normalize(something * (classes @ self.class_rows + words @ self.word_rows) + labels @ self.label_rows, dim=1)


def class_texts(entry):
    """The names under which an ImageNet class is to be found."""
    return [said(MOST_USED[0], name) for name in dict.fromkeys((entry["name"], entry["label"]))]


def mean_rows(encoder, tokenizer, groups):
    """For each group of texts the direction of their mean."""
    rows = np.stack([embed_texts(encoder, tokenizer, texts).mean(0) for texts in groups])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def merge(backbone, head, path):
    """One graph from pixels to embedding."""
    first, second = onnx.load(backbone), onnx.load(head)
    second.ir_version = first.ir_version
    second = onnx.compose.add_prefix(second, "head/", rename_inputs=False, rename_outputs=False)
    del second.opset_import[:]
    second.opset_import.extend(first.opset_import)
    model = onnx.compose.merge_models(first, second, io_map=[("features", "features")])
    onnx.checker.check_model(model)
    onnx.save(model, path)


class Exporter:
    """The trained parts, the data to measure them on, and where files go."""

    def __init__(self, data_dir, out_dir, model_dir):
        self.data, self.out, self.model = data_dir, out_dir, model_dir
        self.labels, self.classes = load_labels(data_dir), load_classes()
        self.truth = true_labels(self.labels)
        self.sharp = Pictures(data_dir / "sharp", self.labels)
        self.candidates = np.unique(self.sharp.label)
        self.encoder, self.tokenizer = load_text_encoder(out_dir)
        self.label_rows = embed_texts(self.encoder, self.tokenizer, [entry["phrase"] for entry in self.labels])
        self.class_rows = mean_rows(self.encoder, self.tokenizer, [class_texts(entry) for entry in self.classes])
        self.kinds = Kinds(self.labels)
        self.word_rows = embed_texts(self.encoder, self.tokenizer, [said(MOST_USED[0], word) for word in self.kinds.words])
        own = {entry["label"] for entry in self.labels}
        self.broad = [i for i, word in enumerate(self.kinds.words) if word not in own and self.kinds.true[:, i].sum() >= BROAD]
        self.nothing_row = mean_rows(self.encoder, self.tokenizer, [list(NOTHING_TEXTS)])

    def export_text(self):
        """Tokenizer and text encoder."""
        shutil.copy(self.out / "tokenizer.json", self.model / "tokenizer.json")
        ids = encode(self.tokenizer, [entry["phrase"] for entry in self.labels])
        float_path, path = self.out / "text-encoder.float32.onnx", self.model / "text-encoder.onnx"
        to_onnx(self.encoder, ids[:2], float_path, "ids", "embedding", {0: "N", 1: "L"})
        store_weights_as_int8(float_path, path)
        float_rows, rows = (open_session(p).run(None, {"ids": ids.numpy()})[0] for p in (float_path, path))
        print(f"text: int8 to float32 cosine {(rows * float_rows).sum(1).mean():.5f}", flush=True)

    def head(self, name):
        """The head of that file's rows."""
        fitted = np.load(self.out / f"{name}.npz")
        label_rows = np.concatenate([self.label_rows[fitted["labels"]], self.nothing_row])
        return Head(fitted, self.class_rows, label_rows, self.word_rows)

    def export_image(self):
        """The image encoder, and its float32 twin in the work folder."""
        example = torch.zeros(2, FEATURES)
        to_onnx(self.head("head"), example, self.out / "head.float32.onnx", "features", "embedding", {0: "N"})
        store_weights_as_int8(self.out / "head.float32.onnx", self.out / "head.onnx")
        merge(self.out / "backbone.float32.onnx", self.out / "head.float32.onnx", self.out / "image-encoder.float32.onnx")
        merge(self.out / "backbone.onnx", self.out / "head.onnx", self.model / "image-encoder.onnx")

    def embeddings(self, head, chosen):
        """Embeddings of sharp pictures by another head, from the features at hand."""
        features = np.load(self.out / "features/sharp whole.npy", mmap_mode="r")[chosen]
        with torch.no_grad():
            return head(torch.from_numpy(features.astype(np.float32))).numpy()

    def rates(self, embeddings, chosen, candidates):
        """Top-1 and top-5 in % of sharp pictures; what is also true of a picture is right."""
        best = candidates[np.argsort(-embeddings @ self.label_rows[candidates].T, axis=1)[:, :5]]
        hits = self.truth[self.sharp.label[chosen][:, None], best]
        return f"{100 * hits[:, 0].mean():.1f} / {100 * hits.any(1).mean():.1f}"

    def right(self, picture_labels):
        """Which of all labels and classes, in this order, are true of pictures with these labels."""
        classes = [[label["label"] in entry["photo"] + entry["ofPhoto"] for entry in self.classes] for label in self.labels]
        return np.concatenate([self.truth, np.array(classes)], 1)[picture_labels]

    def measure(self, name, session):
        """Print the measures of a graph."""
        test = np.flatnonzero(self.sharp.is_test)
        embeddings = embed(session, (self.sharp[i] for i in test))
        folder = self.data / "examples-200"
        examples = json.loads((folder / "labels.json").read_text())
        index = {entry["wnid"]: i for i, entry in enumerate(self.classes)}
        truth = np.array([index[wnid] for _, _, wnid in examples["pictures"]])
        names = embed_texts(self.encoder, self.tokenizer, [said(MOST_USED[0], entry["name"]) for entry in self.classes])
        scores = embed(session, (Image.open(folder / file).convert("RGB") for file, _, _ in examples["pictures"])) @ names.T
        rank = (scores > scores[np.arange(len(truth)), truth][:, None]).sum(1)
        of_20 = [(scores[i, draw.permutation(np.delete(np.arange(1000), truth[i]))[:19]] < scores[i, truth[i]]).all()
                 for draw in (np.random.default_rng(seed) for seed in range(20)) for i in range(len(truth))]  # fmt: skip
        times = []
        pixels = np.random.default_rng(1).integers(0, 256, (8, PICTURE_SIZE, PICTURE_SIZE, 3), np.uint8)
        for _ in range(30):
            began = time.perf_counter()
            session.run(None, {"pixels": pixels})
            times.append(time.perf_counter() - began)
        rows, true = self.word_rows[self.broad], self.kinds.true[self.sharp.label[test]][:, self.broad]
        known = true.any(1)
        general = true[known, (embeddings[known] @ rows.T).argmax(1)].mean()
        print(f"{name}: sharp test {self.rates(embeddings, test, self.candidates)} %; 1,000 names on {len(truth)} examples "
              f"{100 * (rank < 1).mean():.1f} / {100 * (rank < 5).mean():.1f} %, of 20 {100 * np.mean(of_20):.1f} %; "
              f"{len(self.broad)} general words on {known.sum()} pictures {100 * general:.1f} %; "
              f"{1000 * min(times) / 8:.2f} ms of 8", flush=True)  # fmt: skip
        return embeddings

    def run(self):
        """Write all files, then measure."""
        self.export_text()
        self.export_image()
        kept_back, _ = validation_pictures(self.data, self.out, self.sharp, None)
        validation = self.embeddings(self.head("head"), kept_back)
        scale = fit_logit_scale(validation @ np.concatenate([self.label_rows, self.class_rows]).T, self.right(self.sharp.label[kept_back]))
        write_manifest(self.model, self.encoder.end_token, scale)
        print(f"validation {self.rates(validation, kept_back, self.candidates)} %, logit scale {scale:.1f}", flush=True)
        held_out = np.array([i for i, entry in enumerate(self.labels) if entry["label"] in load_held_out()])
        unseen = np.flatnonzero(np.isin(self.sharp.label, held_out))
        embeddings = self.embeddings(self.head("head-without-held-out"), unseen)
        print(f"without the {len(held_out)} labels: these among themselves {self.rates(embeddings, unseen, held_out)} %", flush=True)
        whole = self.measure("int8", open_session(self.model / "image-encoder.onnx"))
        exact = self.measure("float32", open_session(self.out / "image-encoder.float32.onnx"))
        print(f"int8 to float32 cosine {(whole * exact).sum(1).mean():.4f}")


def embed(session, pictures):
    """Embeddings of PIL images."""
    return np.concatenate([session.run(None, {"pixels": centre_crop(picture, PICTURE_SIZE)[None]})[0] for picture in pictures])


def fit_logit_scale(cosines, right):
    """The scale with the least cross-entropy; a picture's right answers (N, candidates) are taken together."""

    def loss(scale):
        logits = scale * cosines
        share = np.exp(logits - logits.max(1, keepdims=True))
        return -np.log((share * right).sum(1) / share.sum(1)).mean()

    return float(min(np.geomspace(3, 60, 150), key=loss))


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
        "embeddingSize": 256,
        "logitScale": round(logit_scale, 3),
        "scoring": "softmax",
    }
    (model_dir / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.model.mkdir(parents=True, exist_ok=True)
    Exporter(args.data, args.out, args.model).run()


if __name__ == "__main__":
    main()
