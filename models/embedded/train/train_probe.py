"""Find the classifier rows: a linear probe on the pretrained backbone, before any of it is changed.

Pictures are embedded once by the backbone; a projection, the classifier rows and a scale are then trained on those
features. Rows start at the text targets and are held near them. The text encoder learns these rows next, and
fine-tuning starts from the projection (Kumar et al. 2022: fine-tuning from a probe generalises better).

Writes probe.pt (project, rows, scale) to the work folder.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from batches import SEED, split_pictures
from evaluate import embed_pictures, hit_rates
from image_encoder import EMBEDDING_SIZE, ImageEncoder
from learner import classification_loss, own_targets
from photo_set import Pictures, load_held_out, load_labels, true_labels

PICTURES = 60_000
VIEW_SIZE = 128
EPOCHS = 20
BATCH = 512
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.02
CLASSIFIER_PULL = 5.0  # weight of 1 - cosine between classifier rows and text targets
START_SCALE = 16.0


class Probe(nn.Module):
    """Features (N, 1280) -> logits (N, labels)."""

    def __init__(self, features, targets):
        super().__init__()
        self.mean, self.deviation = features.mean(0), features.std(0) + 1e-3
        self.project = nn.Linear(features.shape[1], EMBEDDING_SIZE)
        self.rows = nn.Parameter(targets.clone())
        self.log_scale = nn.Parameter(torch.tensor(math.log(START_SCALE)))

    def embed(self, features):
        return F.normalize(self.project((features - self.mean) / self.deviation), dim=1)

    def forward(self, features):
        return self.log_scale.exp() * self.embed(features) @ F.normalize(self.rows, dim=1).T

    def projection(self):
        """State of a linear layer that takes features as they come."""
        weight = self.project.weight / self.deviation
        return {"weight": weight.detach(), "bias": (self.project.bias - weight @ self.mean).detach()}


def train(probe, features, labels, aims, targets):
    """Adam with a cosine schedule."""
    optimiser = torch.optim.AdamW(probe.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * math.ceil(len(features) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(EPOCHS):
        for part in torch.randperm(len(features)).split(BATCH):
            wanted, masked = (aim[labels[part]] for aim in aims)
            losses = classification_loss(probe(features[part]), wanted, masked)
            pull = 1 - (F.normalize(probe.rows, dim=1) * targets).sum(1).mean()
            optimiser.zero_grad()
            (losses.mean() + CLASSIFIER_PULL * pull).backward()
            optimiser.step()
            schedule.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder of prepare.py and targets.py")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)

    labels = load_labels(args.data)
    held_out = [i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())]
    truth = true_labels(labels)
    targets = torch.from_numpy(np.load(args.out / "targets.npz")["label_targets"])
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    backbone = ImageEncoder().to(memory_format=torch.channels_last).eval()
    features, left_out = (torch.from_numpy(embed_pictures(backbone.features, pictures, indices, VIEW_SIZE))
                          for indices in (training[:PICTURES], validation))  # fmt: skip
    probe = Probe(features, targets)
    aims = own_targets(torch.from_numpy(truth), held_out)
    train(probe, features, torch.from_numpy(pictures.label[training[:PICTURES]]), aims, targets)
    with torch.no_grad():
        rows = F.normalize(probe.rows, dim=1)
        embeddings = probe.embed(left_out).numpy()
    top1, top5 = hit_rates(embeddings, rows.numpy(), pictures.label[validation], labels, truth)
    print(f"probe: validation {top1:.3f} / {top5:.3f}, scale {probe.log_scale.exp():.1f}, "
          f"rows to targets {(rows * targets).sum(1).mean():.3f}", flush=True)  # fmt: skip
    torch.save({"project": probe.projection(), "rows": rows, "scale": probe.log_scale.exp().item()}, args.out / "probe.pt")


if __name__ == "__main__":
    main()
