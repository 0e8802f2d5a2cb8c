"""Train the image encoder against the text targets, for a given number of minutes.

Softmax cross-entropy over the labels' cosines with a learned scale; labels that are also true of a
picture are left out of its negatives; the classifier rows start at the text targets and are held
near them. The schedule (learning rate, picture size) follows the clock, not the step count, so that
training ends on time on a busy machine. Stops and resumes from its checkpoint.

Writes image.pt (encoder, its moving average, classifier rows, scale) to the work folder.
"""

import argparse
import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from batches import BATCH, SEED, Batches, jitter, split_pictures
from evaluate import embed_pictures, hit_rates
from image_encoder import normalise_pixels
from learner import Learner, backward, twin_of
from muon import Muon
from photo_set import Pictures, load_held_out, load_labels, true_labels
from texts import prompt_ensemble

SIZES = ((0.0, 40), (0.4, 48), (0.8, 56))  # from this part of the time on, train at this size
WARM_UP = 0.02  # part of the time
LEARNING_RATES = {"filters": 0.04, "rest": 2e-3, "rows": 1e-3}
WEIGHT_DECAY = 1e-4
AVERAGE_STEPS = 120
SAVE_STEPS = 150


def make_optimisers(learner):
    """Muon for the convolutions of the blocks and the head, AdamW for everything else."""
    encoder = learner.encoder
    filters = [p for p in [*encoder.blocks.parameters(), *encoder.head.parameters()] if p.ndim == 4]
    chosen = {id(p) for p in filters} | {id(learner.rows)}
    rest = [p for p in learner.parameters() if id(p) not in chosen]
    return [
        Muon(filters[::2], LEARNING_RATES["filters"]),
        Muon(filters[1::2], LEARNING_RATES["filters"]),
        torch.optim.AdamW(
            [
                {"params": rest, "lr": LEARNING_RATES["rest"], "weight_decay": WEIGHT_DECAY},
                {"params": [learner.rows], "lr": LEARNING_RATES["rows"], "weight_decay": 0.0},
            ],
            betas=(0.9, 0.99),
        ),
    ]


def rate_factor(progress):
    """Learning rate as a part of its peak: linear warm-up, then a cosine to nothing."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def size_at(progress):
    """Side of the training pictures at this part of the time."""
    return [size for start, size in SIZES if progress >= start][-1]


@torch.no_grad()
def follow(average, encoder, step):
    """Move the averaged weights a little towards the present ones."""
    weight = max(1 / (step + 1), 1 / AVERAGE_STEPS)
    for kept, now in zip(average.state_dict().values(), encoder.state_dict().values()):
        if kept.is_floating_point():
            kept.lerp_(now, weight)
        else:
            kept.copy_(now)


class Run:
    """One training run: its state, its clock and its checkpoint."""

    def __init__(self, out_dir, learner, minutes):
        self.path, self.learner, self.seconds = out_dir / "image.pt", learner, 60 * minutes
        self.average = copy.deepcopy(learner.encoder).eval()
        self.optimisers = make_optimisers(learner)
        self.peaks = [[group["lr"] for group in o.param_groups] for o in self.optimisers]
        self.step, spent = 0, 0.0
        if self.path.exists():
            saved = torch.load(self.path)
            self.learner.load_state_dict(saved["learner"])
            self.average.load_state_dict(saved["average"])
            for optimiser, state in zip(self.optimisers, saved["optimisers"]):
                optimiser.load_state_dict(state)
            self.step, spent = saved["step"], saved["spent"]
        self.twins = [learner, twin_of(learner)]
        self.pool = ThreadPoolExecutor(2)
        self.began = time.monotonic() - spent

    def take_rows(self, rows):
        """Replace the classifier rows, for the rest of the training."""
        self.learner.rows.data.copy_(torch.from_numpy(rows))
        for twin in self.twins:
            twin.rows.requires_grad_(False)

    def progress(self):
        """How much of the time is over, 0 to 1."""
        return min(1.0, (time.monotonic() - self.began) / self.seconds)

    def save(self):
        """Write the checkpoint."""
        state = {
            "learner": self.learner.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "spent": time.monotonic() - self.began,
        }
        torch.save(state, self.path.with_suffix(".part"))
        self.path.with_suffix(".part").rename(self.path)

    def train_step(self, pixels, labels):
        """One step, half of the batch in each thread; returns loss and accuracy."""
        progress = self.progress()
        for optimiser, peaks in zip(self.optimisers, self.peaks):
            for group, peak in zip(optimiser.param_groups, peaks):
                group["lr"] = peak * rate_factor(progress)
        x = jitter(normalise_pixels(pixels)).contiguous(memory_format=torch.channels_last)
        results = list(self.pool.map(backward, self.twins, x.chunk(2), labels.chunk(2)))
        for own, other in zip(*(twin.parameters() for twin in self.twins)):
            if own.grad is not None:
                own.grad.add_(other.grad).mul_(0.5)
        list(self.pool.map(lambda optimiser: optimiser.step(), self.optimisers))
        follow(self.average, self.learner.encoder, self.step)
        self.step += 1
        return np.mean(results, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder of prepare.py and targets.py")
    parser.add_argument("--minutes", type=float, default=60, help="length of the whole training")
    parser.add_argument("--until", type=float, default=1.0, help="stop after this part of it")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # two of our own instead: oneDNN's barriers spin when a core is taken away

    labels = load_labels(args.data)
    held_out = [i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())]
    truth = true_labels(labels)
    targets = torch.from_numpy(np.load(args.out / "targets.npz")["label_targets"])
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    run = Run(args.out, Learner(targets, torch.from_numpy(truth), held_out), args.minutes)
    if (args.out / "text.pt").exists():
        run.take_rows(prompt_ensemble(args.out, labels))
    batches = Batches(pictures, training, run.step)
    run.learner.train()
    losses, accuracies, watch = [], [], time.monotonic()
    while run.progress() < args.until:
        size = size_at(run.progress())
        loss, accuracy = run.train_step(*batches.next(size))
        losses.append(loss)
        accuracies.append(accuracy)
        if run.step % SAVE_STEPS == 0 or run.progress() >= args.until:
            speed = len(losses) * BATCH / (time.monotonic() - watch)
            run.save()
            embeddings = embed_pictures(run.average, pictures, validation[:1000], size)
            rows = F.normalize(run.learner.rows.detach(), dim=1).numpy()
            top1, top5 = hit_rates(embeddings, rows, pictures.label[validation[:1000]], labels, truth)
            print(
                f"step {run.step} {run.progress():.1%} size {size} loss {np.mean(losses):.3f} "
                f"accuracy {np.mean(accuracies):.3f} validation {top1:.3f} / {top5:.3f} "
                f"scale {run.learner.log_scale.exp():.1f} "
                f"rows {(rows * targets.numpy()).sum(1).mean():.3f} {speed:.0f} pictures/s",
                flush=True,
            )
            losses, accuracies, watch = [], [], time.monotonic()


if __name__ == "__main__":
    main()
