"""What fine-tuning minimises: encoder, classifier rows and scale, with the loss."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from image_encoder import ImageEncoder

LABEL_SMOOTHING = 0.1  # Szegedy et al., arXiv 1512.00567
KIND_PART = 0.2  # of a target goes to general words that are true of the picture, so that these can be chosen, too
SOFT_PART = 0.5  # of the second run's loss follows the first run's opinion, which knows what else the picture may show
MIXUP = 0.4  # both parameters of the beta distribution: mostly one picture, with some of another
NOTHING = -1  # label of a picture of nothing in particular: every label is as wrong as any other


def classification_loss(logits, targets, masked):
    """Smoothed cross-entropy of each picture (N,).

    logits (N, labels); targets (N, labels): what is true of the picture, adding up to 1, or to 0 where it shows nothing;
    masked (N, labels): true too, or not to be learned about: no part of the loss.
    """
    log_probability = logits.masked_fill(masked, -math.inf).log_softmax(1).masked_fill(masked, 0)
    even = ~masked / (~masked).sum(1, keepdim=True)
    smoothing = 1 - (1 - LABEL_SMOOTHING) * targets.sum(1, keepdim=True)
    return -(((1 - LABEL_SMOOTHING) * targets + smoothing * even) * log_probability).sum(1)


def soft_loss(logits, opinion):
    """Cross-entropy to another model's logits of the same pictures, both (N, labels); (N,)."""
    return -(opinion.softmax(1) * logits.log_softmax(1)).sum(1)


def mixed(x, labels):
    """Each picture with a share of its neighbour (mixup, arXiv 1710.09412): pixels, the neighbours' labels, own shares."""
    shares = torch.distributions.Beta(MIXUP, MIXUP).sample((len(x),))
    shares = torch.maximum(shares, 1 - shares)
    others = labels.roll(1)
    shares = torch.where((labels == NOTHING) | (others == NOTHING), 1.0, shares)
    own = shares[:, None, None, None]
    return own * x + (1 - own) * x.roll(1, 0), others, shares


def own_targets(truth, held_out):
    """Targets and masks (labels, labels) where a picture's own label is to be chosen; others that are true do not count."""
    masked = truth.clone()
    masked[:, held_out] = True
    masked.fill_diagonal_(False)
    return torch.eye(len(truth)), masked


def kind_targets(kinds, held_out):
    """Targets and masks (labels, labels and words) where everything else that is true of a picture has a small share."""
    own = torch.eye(*kinds.true.shape, dtype=torch.bool)
    others = torch.from_numpy(kinds.true) & ~own
    others[:, held_out] = False
    share = KIND_PART / others.sum(1, keepdim=True).clamp(min=1)
    targets = others * share + own * (1 - KIND_PART * others.any(1, keepdim=True))
    masked = torch.from_numpy(kinds.unknown)
    masked[:, held_out] = True
    return targets, masked


class Learner(nn.Module):
    """The encoder against fixed classifier rows, the text encoder's own."""

    def __init__(self, rows, scale, targets, masked, held_out):
        super().__init__()
        self.encoder = ImageEncoder().to(memory_format=torch.channels_last)
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.trained = [i for i in range(len(targets)) if i not in set(held_out)]
        for name, value in {"rows": rows, "targets": targets, "masked": masked}.items():
            self.register_buffer(name, value, persistent=False)
        self.mixes = False

    def forward(self, x, labels, opinion=None):
        """The loss, and how many of the batch are right (mixed pictures count by the label of the larger share).

        x (N, 3, S, S); labels (N,); opinion (N, 256): the pictures' embeddings by the model of the first run, times its scale.
        """
        if not self.mixes:
            losses, accuracy = self.judge(self.logits(x), labels, opinion)
            return losses.mean(), accuracy
        x, others, shares = mixed(x, labels)
        logits = self.logits(x)
        losses, accuracy = self.judge(logits, labels, opinion)
        other_losses, _ = self.judge(logits, others, None if opinion is None else opinion.roll(1, 0))
        return (shares * losses + (1 - shares) * other_losses).mean(), accuracy

    def logits(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            embedding = self.encoder(x)
        return self.log_scale.exp() * embedding @ self.rows.T

    def judge(self, logits, labels, opinion):
        """Losses (N,), and how many are right."""
        shows = labels != NOTHING
        known = labels.clamp(min=0)
        losses = classification_loss(logits, self.targets[known] * shows[:, None], self.masked[known] & shows[:, None])
        if opinion is not None:
            soft = soft_loss(logits[:, self.trained], opinion @ self.rows[self.trained].T)
            losses = torch.where(shows, (1 - SOFT_PART) * losses + SOFT_PART * soft, losses)
        best = logits[:, self.trained].argmax(1)
        return losses, (torch.tensor(self.trained)[best] == labels)[shows].float().mean().item()


def twin_of(learner):
    """A second learner with the same parameters in memory, but gradients and statistics of its own."""
    twin = copy.deepcopy(learner)
    for own, shared in zip(twin.parameters(), learner.parameters()):
        own.data = shared.data
    return twin


def backward(learner, parts, prepare):
    """Take parts (pixels, labels, opinions or None) until none is left, and add up gradients in the learner.

    Parts are taken from a deque that several threads share: one whose core is busy elsewhere does fewer of them.
    Returns losses and accuracies.
    """
    learner.zero_grad()
    results = []
    while parts:
        try:
            pixels, labels, opinion = parts.popleft()
        except IndexError:  # another thread was quicker
            break
        loss, accuracy = learner(prepare(pixels), labels, opinion)
        loss.backward()
        results.append((loss.item(), accuracy))
    return results
