"""The photo set as training sees it: labels, which labels may be called wrong, and decoded pictures."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

HELD_OUT_FILE = Path(__file__).with_name("held-out.json")
KINDS_FILE = Path(__file__).with_name("kinds.json")
MIN_PICTURES = 30  # labels with fewer pictures train, but are no candidates in the evaluation


def load_labels(data_dir):
    """The entries of labels.json: label, phrase, group, also, train, test."""
    return json.loads((Path(data_dir) / "labels.json").read_text())


def load_held_out():
    """Names of the labels whose pictures are kept out of training."""
    return json.loads(HELD_OUT_FILE.read_text())


def true_labels(labels):
    """Boolean matrix (labels, labels): entry [i, j] says that j is true of a picture labelled i."""
    index = {label["label"]: i for i, label in enumerate(labels)}
    matrix = np.eye(len(labels), dtype=bool)
    for i, label in enumerate(labels):
        for other in label["also"]:
            if other in index:
                matrix[i, index[other]] = True
    return matrix


class Kinds:
    """What a picture's label says besides: the general words ("animal", "fruit") and labels ("dog") that are true of it.

    kinds.json sorts labels as the parents in models/labels/general.yaml do, with the set's own `also` words.
    words: the general words that are not labels themselves. Rows of the matrices are labels; columns are labels, then words.
    """

    def __init__(self, labels):
        file = json.loads(KINDS_FILE.read_text())
        names = [entry["label"] for entry in labels]
        index = {name: i for i, name in enumerate(names)}
        self.words = [word for word in file["kinds"] if word not in index]
        self.columns = names + self.words
        self.true = np.zeros((len(names), len(self.columns)), bool)
        for word, members in file["kinds"].items():
            self.true[[index[label] for label in members], self.columns.index(word)] = True
        self.true[:, : len(names)] |= true_labels(labels)
        self.unknown = np.zeros_like(self.true)  # nobody sorted these labels into kinds
        self.unknown[[index[label] for label in file["unsorted"]], len(names) :] = True
        self.unknown &= ~self.true

    def of(self, names):
        """Which labels (labels,) are of these kinds."""
        return self.true[:, [self.columns.index(name) for name in names]].any(1)


class Pictures:
    """Random access to the decoded pictures written by prepare.py."""

    def __init__(self, work_dir):
        index = np.load(Path(work_dir) / "pictures.npz")
        self.pixels = np.memmap(Path(work_dir) / "pixels.u8", np.uint8, "r")
        self.offset, self.height, self.width = index["offset"], index["height"], index["width"]
        self.label, self.is_test = index["label"].astype(np.int64), index["is_test"]

    def __getitem__(self, i):
        """Picture number i as a PIL image."""
        height, width, offset = int(self.height[i]), int(self.width[i]), int(self.offset[i])
        return Image.fromarray(self.pixels[offset : offset + height * width * 3].reshape(height, width, 3))

    def centre_crop(self, i, size):
        """Picture i as production sees it: bicubic to a short side of `size`, centre square, uint8."""
        picture = self[i]
        scale = size / min(picture.size)
        width, height = (max(size, round(side * scale)) for side in picture.size)
        left, top = (width - size) // 2, (height - size) // 2
        if (width, height) != picture.size:
            picture = picture.resize((width, height), Image.BICUBIC)
        return np.asarray(picture.crop((left, top, left + size, top + size)))
