"""What is trained: image encoder, classifier rows and scale, with the loss."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from image_encoder import ImageEncoder

LABEL_SMOOTHING = 0.1
CLASSIFIER_PULL = 5.0  # weight of 1 - cosine between classifier rows and text targets
START_SCALE = 16.0


class Learner(nn.Module):
    """Encoder, classifier rows and scale, with the loss."""

    def __init__(self, targets, truth, held_out):
        super().__init__()
        self.encoder = ImageEncoder().to(memory_format=torch.channels_last)
        self.rows = nn.Parameter(targets.clone())
        self.log_scale = nn.Parameter(torch.tensor(math.log(START_SCALE)))
        self.register_buffer("targets", targets)
        not_negative = truth.clone()
        not_negative[:, held_out] = True
        not_negative.fill_diagonal_(False)
        self.register_buffer("masked", not_negative)

    def forward(self, x, labels):
        """The loss, and how many of the batch are right."""
        with torch.autocast("cpu", torch.bfloat16):
            embedding = self.encoder(x)
        rows = F.normalize(self.rows, dim=1)
        masked = self.masked[labels]
        logits = (self.log_scale.exp() * embedding.float() @ rows.T).masked_fill(masked, -math.inf)
        log_probability = logits.log_softmax(1)
        own = log_probability.gather(1, labels[:, None]).squeeze(1)
        smooth = log_probability.masked_fill(masked, 0).sum(1) / (~masked).sum(1)
        loss = -((1 - LABEL_SMOOTHING) * own + LABEL_SMOOTHING * smooth).mean()
        pull = 1 - (rows * self.targets).sum(1).mean()
        return loss + CLASSIFIER_PULL * pull, (logits.argmax(1) == labels).float().mean().item()


def twin_of(learner):
    """A second learner with the same parameters in memory, but gradients and statistics of its own."""
    twin = copy.deepcopy(learner)
    for own, shared in zip(twin.parameters(), learner.parameters()):
        own.data = shared.data
    return twin


def backward(learner, x, labels):
    """Leave the gradients in the learner; returns loss and accuracy."""
    learner.zero_grad()
    loss, accuracy = learner(x, labels)
    loss.backward()
    return loss.item(), accuracy
