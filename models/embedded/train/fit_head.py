"""Fit the head to the backbone's features: rows for the photo labels, and rows for general words ("animal", "outdoors").

ImageNet's 1,000 rows stay as published, beside these and not against them: each part chooses among its own. Labels exclude
each other (a softmax), one row more stands for nothing in particular (flat colours, noise); general words do not (sigmoids).

Writes head.npz to the work folder (label_weight (rows, FEATURES), label_bias, labels; word_weight, word_bias, words), and
head-without-held-out.npz, the same without the pictures of the labels in held-out.json: it tells how well words work that
nobody trained.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from features import VIEWS
from photo_set import Kinds, Pictures, head_labels, load_held_out, load_labels, true_labels, validation_pictures

LABEL_EPOCHS, LABEL_DECAY = 20, 3.0
WORD_EPOCHS, WORD_DECAY = 8, 1.0
BATCH = 1024
LEARNING_RATE = 4e-3
LABEL_SMOOTHING = 0.05
THUMBNAIL_WEIGHT = 0.25  # of a sharp picture's
NOTHING_WEIGHT = 0.5
SEED = 0


class Examples:
    """Features in several views of all training pictures, and what is true of each."""

    def __init__(self, data_dir, out_dir, labels, without):
        """without: labels whose pictures are left out."""
        sharp, thumbnails = Pictures(data_dir / "sharp", labels), Pictures(data_dir, labels)
        first, second = (
            np.setdiff1d(np.flatnonzero(~pictures.is_test & ~np.isin(pictures.label, without)), kept_back)
            for pictures, kept_back in zip((sharp, thumbnails), validation_pictures(data_dir, out_dir, sharp, thumbnails))
        )
        small, none = (self.load(out_dir, *part) for part in (("thumbnails", second), ("nothing", slice(None))))
        self.views = [torch.from_numpy(np.concatenate([self.load(out_dir, f"sharp {name}", first), small, none])) for name in VIEWS]
        self.label = torch.from_numpy(np.concatenate([sharp.label[first], thumbnails.label[second], np.full(len(none), len(labels))]))
        weights = ((first, 1.0), (second, THUMBNAIL_WEIGHT), (none, NOTHING_WEIGHT))
        self.weight = torch.cat([torch.full((len(part),), weight) for part, weight in weights])

    @staticmethod
    def load(out_dir, name, chosen):
        return np.load(out_dir / "features" / f"{name}.npy", mmap_mode="r")[chosen].astype(np.float32)


def label_losses(labels, rows):
    """The loss of logits (N, rows and nothing) for pictures of these labels: cross-entropy, where what is also true is not wrong."""
    row_of = torch.full((len(labels) + 1,), -1)
    row_of[rows], row_of[-1] = torch.arange(len(rows)), len(rows)
    also = F.pad(torch.from_numpy(true_labels(labels)[rows][:, rows]).fill_diagonal_(False), (0, 1, 0, 1))

    def losses(logits, label):
        row = row_of[label]
        besides = also[row]
        log_share = logits.masked_fill(besides, -30).log_softmax(1)
        even = log_share.masked_fill(besides, 0).mean(1)
        return -(1 - LABEL_SMOOTHING) * log_share.gather(1, row[:, None])[:, 0] - LABEL_SMOOTHING * even

    return losses, row_of >= 0


def word_losses(labels, kinds):
    """The loss of logits (N, words): each word is true or not; labels that nobody sorted tell nothing."""
    true = torch.from_numpy(np.pad(kinds.true, ((0, 1), (0, 0))).astype(np.float32))
    known = torch.from_numpy(np.append(kinds.sorted, True))
    return lambda logits, label: F.binary_cross_entropy_with_logits(logits, true[label], reduction="none").sum(1), known


def fit(examples, count, losses_and_known, epochs, decay, start=0.0):
    """Weights (count, FEATURES) and biases that take features as they come, by AdamW with one learning-rate cycle."""
    losses, known = losses_and_known
    torch.manual_seed(SEED)
    chosen = torch.nonzero(known[examples.label])[:, 0]
    mean, deviation = examples.views[0].mean(0), examples.views[0].std(0) + 1e-3
    weight = torch.zeros(count, len(mean), requires_grad=True)
    bias = torch.full((count,), start, requires_grad=True)
    optimiser = torch.optim.AdamW([weight, bias], LEARNING_RATE, weight_decay=decay)
    steps = epochs * -(-len(chosen) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for epoch in range(epochs):
        view = examples.views[epoch % len(examples.views)]
        for part in chosen[torch.randperm(len(chosen))].split(BATCH):
            logits = ((view[part] - mean) / deviation) @ weight.T + bias
            optimiser.zero_grad()
            (losses(logits, examples.label[part]) * examples.weight[part]).mean().backward()
            optimiser.step()
            schedule.step()
    weight = weight.detach() / deviation
    return weight.numpy(), (bias.detach() - weight @ mean).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    args = parser.parse_args()
    torch.set_num_threads(1)
    labels = load_labels(args.data)
    kinds, held_out = Kinds(labels), [i for i, entry in enumerate(labels) if entry["label"] in load_held_out()]
    every = head_labels(args.data, labels)
    for name, without in (("head", []), ("head-without-held-out", held_out)):
        if (args.out / f"{name}.npz").exists():
            continue
        rows = np.setdiff1d(every, without)
        examples = Examples(args.data, args.out, labels, without)
        label_part = fit(examples, len(rows) + 1, label_losses(labels, rows), LABEL_EPOCHS, LABEL_DECAY)
        word_part = fit(examples, len(kinds.words), word_losses(labels, kinds), WORD_EPOCHS, WORD_DECAY, start=-3.0)
        found = dict(zip(("label_weight", "label_bias", "word_weight", "word_bias"), label_part + word_part))
        np.savez(args.out / "unfinished.npz", labels=rows, words=np.array(kinds.words), **found)
        (args.out / "unfinished.npz").rename(args.out / f"{name}.npz")
        print(f"{name}: {len(rows)} labels, {len(kinds.words)} words", flush=True)


if __name__ == "__main__":
    main()
