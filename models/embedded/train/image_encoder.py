"""The image encoder: a small residual network with global average pooling, pixels -> unit embedding."""

import torch
from torch import nn
from torch.nn import functional as F

EMBEDDING_SIZE = 256
STEM_WIDTH = 48
WIDTHS = (96, 192, 384)
BLOCKS = (2, 2, 2)
HEAD_WIDTH = 768
# Per-channel mean and deviation of the training pictures, in 0..255 (ImageNet's usual values).
PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)


class ConvNorm(nn.Sequential):
    """Convolution without bias, then batch normalisation (folded into it at export)."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
        )


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; a stride of 2 is average pooling in the shortcut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = ConvNorm(inputs, outputs, 3, stride)
        self.second = ConvNorm(outputs, outputs, 3)
        nn.init.zeros_(self.second[1].weight)  # every block begins as its shortcut
        pool = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False) if stride == 2 else nn.Identity()
        change = ConvNorm(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.shortcut = nn.Sequential(pool, change)

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.second(F.relu(self.first(x))))


class ImageEncoder(nn.Module):
    """(N, 3, S, S) normalised pixels -> (N, 256) unit embeddings, for any S of 32 or more."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, STEM_WIDTH, 3, 2)
        blocks, inputs = [], STEM_WIDTH
        for width, count in zip(WIDTHS, BLOCKS):
            for i in range(count):
                blocks.append(Block(inputs, width, 2 if i == 0 else 1))
                inputs = width
        self.blocks = nn.Sequential(*blocks)
        self.head = ConvNorm(inputs, HEAD_WIDTH, 1)
        self.project = nn.Linear(HEAD_WIDTH, EMBEDDING_SIZE)

    def forward(self, x):
        x = self.blocks(F.relu(self.stem(x)))
        x = F.relu(self.head(x)).mean((2, 3))
        return F.normalize(self.project(x).float(), dim=1)


def normalise_pixels(pixels):
    """uint8 (N, S, S, 3) -> float32 (N, 3, S, S), mean 0 and deviation 1, channels last in memory."""
    mean, std = torch.tensor(PIXEL_MEAN), torch.tensor(PIXEL_STD)
    return ((pixels.float() - mean) / std).permute(0, 3, 1, 2)
