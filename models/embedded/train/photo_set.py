"""What the model learns from: packed pictures with labels, ImageNet's classes, and the general words over both."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
VALIDATION_PER_LABEL = 4
TWIN_DISTANCE, NEAREST_TWIN_DISTANCE = 12, 25  # of 255, on 16 x 16 pixels
UNKNOWN_TO_IMAGENET = {"food101", "cifar10"}  # collections; some of their labels have thumbnails only


def load_labels(data_dir):
    """The entries of labels.json: label, phrase, group, also, train, test."""
    return json.loads((Path(data_dir) / "labels.json").read_text())


def head_labels(data_dir, labels):
    """Indices of the labels that get rows of their own: those of sharp pictures, and those that ImageNet does not know."""
    sharp = {json.loads(line)[3] for line in (Path(data_dir) / "sharp/manifest.jsonl").read_text().splitlines()}
    rows = map(json.loads, (Path(data_dir) / "manifest.jsonl").read_text().splitlines())
    unknown = {label for _, _, _, label, _, collection in rows if collection in UNKNOWN_TO_IMAGENET}
    return [i for i, entry in enumerate(labels) if entry["label"] in sharp | unknown]


def load_classes():
    """ImageNet's 1,000 classes by their WordNet number: wnid, name, label, synonyms, kinds, photo, ofPhoto."""
    return json.loads((HERE / "imagenet.json").read_text())


class Kinds:
    """General words ("animal") that are true of two photo labels or more.

    words: their names. true (labels, words): which are true of a picture of that label. sorted (labels,): whether anybody looked.
    members: {word: labels} as in kinds.json, words of one label too.
    """

    def __init__(self, labels):
        file = json.loads((HERE / "kinds.json").read_text())
        self.members = file["kinds"]
        self.words = sorted(word for word, members in self.members.items() if len(members) > 1)
        index = {entry["label"]: i for i, entry in enumerate(labels)}
        self.true = np.zeros((len(labels), len(self.words)), bool)
        for column, word in enumerate(self.words):
            self.true[[index[label] for label in (*self.members[word], word) if label in index], column] = True
        self.sorted = np.array([entry["label"] not in set(file["unsorted"]) for entry in labels])


def load_held_out():
    """Names of the labels whose pictures are kept out of training."""
    return set(json.loads((HERE / "held-out.json").read_text()))


def true_labels(labels):
    """Boolean matrix (labels, labels): entry [i, j] says that j is true of a picture labelled i."""
    index = {entry["label"]: i for i, entry in enumerate(labels)}
    matrix = np.eye(len(labels), dtype=bool)
    for i, entry in enumerate(labels):
        matrix[i, [index[other] for other in entry["also"] if other in index]] = True
    return matrix


class Pictures:
    """The packed pictures of a folder with a manifest.jsonl: labels, splits, and pixels as production sees them."""

    def __init__(self, folder, labels):
        self.folder, self.files = Path(folder), {}
        self.rows = [json.loads(line) for line in (self.folder / "manifest.jsonl").read_text().splitlines()]
        index = {entry["label"]: i for i, entry in enumerate(labels)}
        self.label = np.array([index[row[3]] for row in self.rows])
        self.is_test = np.array([row[4] == "test" for row in self.rows])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        """Picture number i as a PIL image."""
        file, offset, length = self.rows[i][:3]
        if file not in self.files:
            self.files[file] = np.memmap(self.folder / file, np.uint8, "r")
        return Image.open(io.BytesIO(self.files[file][offset : offset + length].tobytes())).convert("RGB")


def centre_crop(picture, size, zoom=1.0, place=(0.5, 0.5)):
    """Bicubic to a short side of `size` times `zoom`, then a square of `size` (in the centre): uint8 (size, size, 3)."""
    wanted = round(size * zoom)
    scale = wanted / min(picture.size)
    width, height = (max(wanted, round(side * scale)) for side in picture.size)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.BICUBIC)
    left, top = round((width - size) * place[0]), round((height - size) * place[1])
    return np.asarray(picture.crop((left, top, left + size, top + size)))


def tiny(picture):
    """16 x 16 pixels, by which pictures are recognised."""
    return np.asarray(picture.resize((16, 16), Image.BOX), np.float32).ravel()


def validation_pictures(data_dir, out_dir, sharp, thumbnails):
    """Sharp training pictures that nothing is fitted to but scales and thresholds, and the thumbnails that show the same."""
    path = Path(out_dir) / "validation.npz"
    if not path.exists():
        draw = np.random.default_rng(7)
        training = {label: np.flatnonzero((sharp.label == label) & ~sharp.is_test) for label in np.unique(sharp.label)}
        names = {json_row[3]: index for json_row, index in zip(sharp.rows, sharp.label)}
        chosen = [draw.permutation(training[names[name]])[:VALIDATION_PER_LABEL] for name in sorted(names)]
        kept_back, twins = np.sort(np.concatenate(chosen)), set()
        for label in np.unique(sharp.label[kept_back]):
            candidates = np.flatnonzero((thumbnails.label == label) & ~thumbnails.is_test)
            theirs = np.stack([tiny(thumbnails[i]) for i in candidates])
            for i in kept_back[sharp.label[kept_back] == label]:
                distance = np.abs(theirs - tiny(sharp[i])).mean(1)
                if distance.min() < NEAREST_TWIN_DISTANCE:
                    twins.update(candidates[distance <= max(TWIN_DISTANCE, distance.min())])
        np.savez(path, kept_back=kept_back, twins=np.array(sorted(twins)))
    file = np.load(path)
    return file["kept_back"], file["twins"]
