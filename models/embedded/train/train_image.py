"""Fine-tune the image encoder against the text encoder's own embeddings of the labels, for as long as there is time.

Softmax cross-entropy over the labels' cosines with a learned scale; labels that are also true of a
picture are left out of its negatives. The schedule follows the clock: warm-up, then a cosine to nothing at the end.
The second run goes on from the first one's end and learns from its opinions (opinions.py) too, since pictures have one
label each and often show more. It can be stopped, and resumes from its checkpoint, perhaps with another end.

Writes first.pt or second.pt (learner, moving average of its encoder, optimiser) and trainer.pid to the work folder.
"""

import argparse
import copy
import math
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import torch

from batches import BATCH, COLOURFUL, SEED, Batches, jitter, repeat_often, split_pictures
from evaluate import embed_pictures, hit_rates
from image_encoder import normalise_pixels
from learner import Learner, backward, kind_targets, own_targets, twin_of
from opinions import load_opinions
from photo_set import Kinds, Pictures, load_held_out, load_labels, true_labels
from texts import prompt_ensemble, with_kinds

WATCH_SIZE = 160  # whole pictures show things smaller than crops do
WARM_UP = 0.02  # part of the time
PAUSE_SECONDS = 20  # a longer step was stopped on the way: not counted as time spent
LEARNING_RATES = {"backbone": 6e-4, "filters": 3e-4, "projection": 1e-3}
WEIGHT_DECAY = 0.03
AVERAGE_STEPS = 300
BATCH_PARTS = 4  # of 32 pictures each: as fast as larger ones, for which a thread has to wait longer
SAVE_STEPS, WATCH_STEPS = 100, 400
WATCHED_PICTURES = 1000


@dataclass
class Schedule:
    """How a run changes with its progress, from 0 to 1."""

    sizes: tuple  # (from here on, side of the training pictures)
    mixes: tuple  # between these, pictures are mixed
    peak: float = 1.0  # of the learning rate

    def rate(self, progress):
        """Learning rate as a part of the highest."""
        return max(0.01, self.peak * min(progress / WARM_UP, (1 + math.cos(math.pi * progress)) / 2))

    def size(self, progress):
        return [size for start, size in self.sizes if progress >= start][-1]


# Mixup helps once training pictures are known better than others; unmixed ones come last, since production sees those.
SCHEDULES = {
    "first": Schedule(sizes=((0.0, 96), (0.3, 128), (0.8, 160)), mixes=(0.4, 1.0)),
    "second": Schedule(sizes=((0.0, 128), (0.75, 160)), mixes=(0.0, 0.85), peak=0.5),
}


def make_optimiser(learner):
    """AdamW; depthwise filters, normalisations, biases and the scale do not decay."""
    groups = {(part, decays): {"params": [], "lr": rate, "weight_decay": WEIGHT_DECAY if decays else 0}
              for part, rate in LEARNING_RATES.items() for decays in (True, False)}  # fmt: skip
    for name, parameter in learner.named_parameters():
        if not parameter.requires_grad:
            continue
        if parameter.ndim == 4 and parameter.shape[1] == 1:
            group = "filters", False
        elif name.startswith(("encoder.blocks", "encoder.head")):
            group = "backbone", parameter.ndim > 1
        else:
            group = "projection", parameter.ndim > 1
        groups[group]["params"].append(parameter)
    return torch.optim.AdamW(groups.values(), betas=(0.9, 0.99))


@torch.no_grad()
def follow(average, encoder, step):
    """Move the averaged weights a little towards the current ones."""
    weight = max(1 / (step + 1), 1 / AVERAGE_STEPS)
    for kept, now in zip(average.state_dict().values(), encoder.state_dict().values()):
        if kept.is_floating_point():
            kept.lerp_(now, weight)
        else:
            kept.copy_(now)


class Run:
    """One training run: its state and its checkpoint."""

    def __init__(self, out_dir, name, learner, end_in):
        self.path, self.learner = out_dir / f"{name}.pt", learner
        self.average = copy.deepcopy(learner.encoder).eval()
        self.optimiser = make_optimiser(learner)
        self.peaks = [group["lr"] for group in self.optimiser.param_groups]
        self.step, self.spent = 0, 0.0  # seconds
        start = self.path if self.path.exists() or name == "first" else out_dir / "first.pt"
        if start.exists():
            saved = torch.load(start)
            self.learner.load_state_dict(saved["learner"])
            self.average.load_state_dict(saved["average"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.step = saved["step"]
            self.spent = saved["spent"] if start == self.path else 0.0
        self.twins = [learner, twin_of(learner)]
        self.pool = ThreadPoolExecutor(2)
        self.watch = time.time()
        self.end = self.watch + end_in(self.spent)

    def progress(self):
        """How much of the training is over, 0 to 1: never less than before, whatever stopped it in between."""
        now = time.time()
        if now - self.watch < PAUSE_SECONDS:
            self.spent += now - self.watch
        self.watch = now
        left = max(0.0, self.end - now)
        return self.spent / (self.spent + left) if left > 0 else 1.0

    def save(self):
        """Write the checkpoint."""
        state = {
            "learner": self.learner.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "spent": self.spent,
        }
        torch.save(state, self.path.with_suffix(".part"))
        self.path.with_suffix(".part").rename(self.path)

    def train_step(self, pixels, labels, opinion, factor):
        """One step, its parts shared out between two threads; returns loss and accuracy."""
        for group, peak in zip(self.optimiser.param_groups, self.peaks):
            group["lr"] = peak * factor
        opinions = [None] * BATCH_PARTS if opinion is None else opinion.chunk(BATCH_PARTS)
        parts = deque(zip(pixels.chunk(BATCH_PARTS), labels.chunk(BATCH_PARTS), opinions))
        results = sum(self.pool.map(lambda twin: backward(twin, parts, prepare), self.twins), [])
        for own, other in zip(*(twin.parameters() for twin in self.twins)):
            if not own.requires_grad:
                continue
            if own.grad is None or other.grad is None:  # one thread took all parts
                own.grad = other.grad if own.grad is None else own.grad
            else:
                own.grad.add_(other.grad)
            own.grad.mul_(1 / BATCH_PARTS)
        self.optimiser.step()
        follow(self.average, self.learner.encoder, self.step)
        self.step += 1
        return np.mean(results, axis=0)


def prepare(pixels):
    """uint8 pixels -> what the encoder takes, jittered."""
    return jitter(normalise_pixels(pixels)).contiguous(memory_format=torch.channels_last)


def start_learner(out_dir, labels, is_second):
    """The learner before its first step: pretrained backbone, the probe's projection, the text encoder's rows."""
    held_out = [i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())]
    if is_second:
        entries, aims = with_kinds(labels), kind_targets(Kinds(labels), held_out)
    else:
        entries, aims = labels, own_targets(torch.from_numpy(true_labels(labels)), held_out)
    probe = torch.load(out_dir / "probe.pt")
    rows = torch.from_numpy(prompt_ensemble(out_dir, entries))
    learner = Learner(rows, probe["scale"], *aims, held_out)
    learner.encoder.project.load_state_dict(probe["project"])
    return learner


def seconds_until(time_of_day):
    """From now to the next HH:MM."""
    now = datetime.now()
    then = datetime.combine(now.date(), datetime.strptime(time_of_day, "%H:%M").time())
    return ((then - now) % timedelta(days=1)).total_seconds()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder of the programs before this one")
    parser.add_argument("--run", choices=SCHEDULES, required=True)
    parser.add_argument("--minutes", type=float, default=85, help="length of the run")
    parser.add_argument("--until", help="time of day, HH:MM, at which it shall end instead")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # two of our own instead: oneDNN's barriers spin when a core is taken away

    labels = load_labels(args.data)
    truth = true_labels(labels)
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    watched = validation[:WATCHED_PICTURES]
    (args.out / "trainer.pid").write_text(f"{os.getpid()}\n")
    end_in = (lambda spent: seconds_until(args.until)) if args.until else (lambda spent: 60 * args.minutes - spent)
    schedule = SCHEDULES[args.run]
    opinions = load_opinions(args.out) if args.run == "second" else None
    run = Run(args.out, args.run, start_learner(args.out, labels, args.run == "second"), end_in)
    if args.run == "second":
        batches = Batches(pictures, repeat_often(training, pictures, labels), run.step, Kinds(labels).of(COLOURFUL))
    else:
        batches = Batches(pictures, training, run.step)
    run.learner.train()
    losses, accuracies, watch, progress = [], [], time.monotonic(), run.progress()
    while progress < 1:
        size = schedule.size(progress)
        for twin in run.twins:
            twin.mixes = schedule.mixes[0] <= progress < schedule.mixes[1]
        pixels, picture_labels, chosen = batches.next(size)
        opinion = None if opinions is None else torch.from_numpy(opinions[chosen])
        loss, accuracy = run.train_step(pixels, picture_labels, opinion, schedule.rate(progress))
        losses.append(loss)
        accuracies.append(accuracy)
        progress = run.progress()
        if run.step % SAVE_STEPS == 0 or progress == 1:
            run.save()
        if run.step % WATCH_STEPS == 0 or progress == 1:
            speed = len(losses) * BATCH / (time.monotonic() - watch)
            embeddings = embed_pictures(run.average, pictures, watched, WATCH_SIZE)
            top1, top5 = hit_rates(embeddings, run.learner.rows[: len(labels)].numpy(), pictures.label[watched], labels, truth)
            print(
                f"step {run.step} {progress:.1%} size {size} loss {np.mean(losses):.3f} "
                f"accuracy {np.mean(accuracies):.3f} validation {top1:.3f} / {top5:.3f} "
                f"scale {run.learner.log_scale.exp():.1f} {speed:.0f} pictures/s",
                flush=True,
            )
            losses, accuracies, watch = [], [], time.monotonic()


if __name__ == "__main__":
    main()
