"""What fine-tuning minimises: encoder, classifier rows and scale, with the loss."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from image_encoder import ImageEncoder

LABEL_SMOOTHING = 0.1
MIXUP = 0.2  # both parameters of the beta distribution: mostly one picture, with a little of another
NOTHING = -1  # label of a picture of nothing in particular: every label is as wrong as any other


def classification_loss(logits, labels, masked):
    """Smoothed cross-entropy of each picture, and how many are right.

    logits (N, labels); labels (N,), NOTHING where a picture shows none; masked (N, labels): also true of the picture,
    or never to be learned about, so no part of the loss.
    """
    logits = logits.masked_fill(masked, -math.inf)
    log_probability = logits.log_softmax(1)
    own = log_probability.gather(1, labels.clamp(min=0)[:, None]).squeeze(1)
    even = log_probability.masked_fill(masked, 0).sum(1) / (~masked).sum(1)
    smoothing = torch.where(labels == NOTHING, 1.0, LABEL_SMOOTHING)
    losses = -torch.where(labels == NOTHING, even, (1 - smoothing) * own + smoothing * even)
    return losses, (logits.argmax(1) == labels)[labels != NOTHING].float().mean().item()


def mixed(x, labels):
    """Each picture with a share of its neighbour (mixup, arXiv 1710.09412): pixels, the neighbours' labels, own shares."""
    shares = torch.distributions.Beta(MIXUP, MIXUP).sample((len(x),))
    shares = torch.maximum(shares, 1 - shares)
    others = labels.roll(1)
    shares = torch.where((labels == NOTHING) | (others == NOTHING), 1.0, shares)
    own = shares[:, None, None, None]
    return own * x + (1 - own) * x.roll(1, 0), others, shares


def not_negative(truth, held_out):
    """Boolean (labels, labels): entry [i, j] says that j is no negative for a picture of label i."""
    masked = truth.clone()
    masked[:, held_out] = True
    masked.fill_diagonal_(False)
    return masked


class Learner(nn.Module):
    """The encoder against fixed classifier rows, the text encoder's own."""

    def __init__(self, rows, scale, truth, held_out):
        super().__init__()
        self.encoder = ImageEncoder().to(memory_format=torch.channels_last)
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.register_buffer("rows", rows)
        self.register_buffer("masked", not_negative(truth, held_out))
        self.mixes = False

    def forward(self, x, labels):
        """The loss, and how many of the batch are right (of mixed pictures, by the label of the larger share)."""
        if not self.mixes:
            losses, accuracy = self.judge(self.logits(x), labels)
            return losses.mean(), accuracy
        x, others, shares = mixed(x, labels)
        logits = self.logits(x)
        losses, accuracy = self.judge(logits, labels)
        other_losses, _ = self.judge(logits, others)
        return (shares * losses + (1 - shares) * other_losses).mean(), accuracy

    def logits(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            embedding = self.encoder(x)
        return self.log_scale.exp() * embedding @ self.rows.T

    def judge(self, logits, labels):
        masked = self.masked[labels.clamp(min=0)]
        masked[labels == NOTHING] = False
        return classification_loss(logits, labels, masked)


def twin_of(learner):
    """A second learner with the same parameters in memory, but gradients and statistics of its own."""
    twin = copy.deepcopy(learner)
    for own, shared in zip(twin.parameters(), learner.parameters()):
        own.data = shared.data
    return twin


def backward(learner, parts, prepare):
    """Take parts (pixels, labels) until none is left, adding up gradients in the learner; returns losses and accuracies.

    Parts are taken from a deque that several threads share: one whose core is busy elsewhere does fewer of them.
    """
    learner.zero_grad()
    results = []
    while parts:
        try:
            pixels, labels = parts.popleft()
        except IndexError:  # another thread was quicker
            break
        loss, accuracy = learner(prepare(pixels), labels)
        loss.backward()
        results.append((loss.item(), accuracy))
    return results
