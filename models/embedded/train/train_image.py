"""Fine-tune the image encoder against the text encoder's own embeddings of the labels, for a number of steps.

Softmax cross-entropy over the labels' cosines with a learned scale; labels that are also true of a
picture are left out of its negatives. Stops and resumes from its checkpoint.

Writes image.pt (learner, moving average of its encoder, optimiser) to the work folder.
"""

import argparse
import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from batches import BATCH, SEED, Batches, jitter, split_pictures
from evaluate import embed_pictures, hit_rates
from image_encoder import normalise_pixels
from learner import Learner, backward, twin_of
from photo_set import Pictures, load_held_out, load_labels, true_labels
from texts import prompt_ensemble

SIZES = ((0.0, 96), (0.6, 128))  # from this part of the steps on, train at this size
WATCH_SIZE = 128  # whole pictures show things smaller than crops do
WARM_UP = 0.03  # part of the steps
LEARNING_RATES = {"backbone": 6e-4, "projection": 1e-3}
WEIGHT_DECAY = 0.03
AVERAGE_STEPS = 200
SAVE_STEPS = 200


def make_optimiser(learner):
    """AdamW; normalisations, biases and the scale do not decay."""
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay} for rate in LEARNING_RATES.values() for decay in (WEIGHT_DECAY, 0)
    ]
    for name, parameter in learner.named_parameters():
        if parameter.requires_grad:
            in_backbone = name.startswith(("encoder.blocks", "encoder.head"))
            groups[2 * (not in_backbone) + (parameter.ndim < 2)]["params"].append(parameter)
    return torch.optim.AdamW(groups, betas=(0.9, 0.99))


def rate_factor(progress):
    """Learning rate as a part of its peak: linear warm-up, then a cosine to nothing."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def size_at(progress):
    """Side of the training pictures at this part of the steps."""
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
    """One training run: its state and its checkpoint."""

    def __init__(self, out_dir, learner, steps):
        self.path, self.learner, self.steps = out_dir / "image.pt", learner, steps
        self.average = copy.deepcopy(learner.encoder).eval()
        self.optimiser = make_optimiser(learner)
        self.peaks = [group["lr"] for group in self.optimiser.param_groups]
        self.step = 0
        if self.path.exists():
            saved = torch.load(self.path)
            self.learner.load_state_dict(saved["learner"])
            self.average.load_state_dict(saved["average"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.step = saved["step"]
        self.twins = [learner, twin_of(learner)]
        self.pool = ThreadPoolExecutor(2)

    def progress(self):
        """How much of the training is over, 0 to 1."""
        return min(1.0, self.step / self.steps)

    def save(self):
        """Write the checkpoint."""
        state = {
            "learner": self.learner.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        torch.save(state, self.path.with_suffix(".part"))
        self.path.with_suffix(".part").rename(self.path)

    def train_step(self, pixels, labels):
        """One step, half of the batch in each thread; returns loss and accuracy."""
        for group, peak in zip(self.optimiser.param_groups, self.peaks):
            group["lr"] = peak * rate_factor(self.progress())
        x = jitter(normalise_pixels(pixels)).contiguous(memory_format=torch.channels_last)
        results = list(self.pool.map(backward, self.twins, x.chunk(2), labels.chunk(2)))
        for own, other in zip(*(twin.parameters() for twin in self.twins)):
            if own.grad is not None:
                own.grad.add_(other.grad).mul_(0.5)
        self.optimiser.step()
        follow(self.average, self.learner.encoder, self.step)
        self.step += 1
        return np.mean(results, axis=0)


def start_learner(out_dir, labels, truth):
    """The learner before its first step: pretrained backbone, the probe's projection, the text encoder's rows."""
    held_out = [i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())]
    probe = torch.load(out_dir / "probe.pt")
    rows = torch.from_numpy(prompt_ensemble(out_dir, labels))
    learner = Learner(rows, probe["scale"], torch.from_numpy(truth), held_out)
    learner.encoder.project.load_state_dict(probe["project"])
    return learner


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder of the programs before this one")
    parser.add_argument("--steps", type=int, default=4000, help="length of the whole training")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # two of our own instead: oneDNN's barriers spin when a core is taken away

    labels = load_labels(args.data)
    truth = true_labels(labels)
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    watched = validation[:1000]
    run = Run(args.out, start_learner(args.out, labels, truth), args.steps)
    batches = Batches(pictures, training, run.step)
    run.learner.train()
    losses, accuracies, watch = [], [], time.monotonic()
    while run.progress() < 1:
        loss, accuracy = run.train_step(*batches.next(size_at(run.progress())))
        losses.append(loss)
        accuracies.append(accuracy)
        if run.step % SAVE_STEPS == 0 or run.progress() == 1:
            speed = len(losses) * BATCH / (time.monotonic() - watch)
            run.save()
            embeddings = embed_pictures(run.average, pictures, watched, WATCH_SIZE)
            top1, top5 = hit_rates(embeddings, run.learner.rows.numpy(), pictures.label[watched], labels, truth)
            print(
                f"step {run.step} {run.progress():.1%} loss {np.mean(losses):.3f} accuracy {np.mean(accuracies):.3f} "
                f"validation {top1:.3f} / {top5:.3f} scale {run.learner.log_scale.exp():.1f} {speed:.0f} pictures/s",
                flush=True,
            )
            losses, accuracies, watch = [], [], time.monotonic()


if __name__ == "__main__":
    main()
