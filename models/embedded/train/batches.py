"""Which pictures train the image encoder, and how they come in batches: cropped, mirrored, jittered; some show nothing."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from PIL import Image

from learner import NOTHING
from photo_set import Kinds, load_held_out

SEED = 1
# Kinds that are more frequent in people's photographs than in the set, and how many times each comes in an epoch.
OFTEN = {"flower": 8, "person": 3, "cat": 3}
COLOURFUL = ("flower", "clothing", "car")  # these kinds come in all colours, more than the set shows
RECOLOURED_PART = 0.5  # so many of their pictures change colour
VALIDATION_PICTURES = 2500  # from the train split, for watching, choosing and calibrating
BATCH = 128
NOTHING_PICTURES = 2  # in a batch
CROP_AREA = (0.4, 1.0)
CROP_RATIO = (0.8, 1.25)
JITTER = 0.2  # brightness and contrast vary by up to this part
SATURATION, CAST = 0.2, 0.06  # so do saturation and each channel
GREY_PART = 0.02  # so many pictures go grey


def split_pictures(pictures, labels, seed=SEED):
    """Indices for training and validation: the train split without the held-out labels."""
    held_out = {i for i, entry in enumerate(labels) if entry["label"] in set(load_held_out())}
    usable = ~pictures.is_test & ~np.isin(pictures.label, list(held_out))
    order = np.random.default_rng(seed).permutation(np.flatnonzero(usable))
    return order[VALIDATION_PICTURES:], order[:VALIDATION_PICTURES]


def repeat_often(training, pictures, labels):
    """The training indices; those of kinds that people often photograph come several times."""
    kinds = Kinds(labels)
    times = np.max([np.where(kinds.of([kind]), count, 1) for kind, count in OFTEN.items()], axis=0)
    return np.repeat(training, times[pictures.label[training]])


def random_crop(picture, size, draw):
    """A random resized crop, perhaps mirrored: uint8 (size, size, 3)."""
    width, height = picture.size
    for _ in range(4):
        area = draw.uniform(*CROP_AREA) * min(width, height) ** 2
        ratio = math.exp(draw.uniform(*np.log(CROP_RATIO)))
        crop_width, crop_height = math.sqrt(area * ratio), math.sqrt(area / ratio)
        if crop_width <= width and crop_height <= height:
            break
    else:
        crop_width = crop_height = min(width, height)
    left, top = draw.uniform(0, width - crop_width), draw.uniform(0, height - crop_height)
    box = (left, top, left + crop_width, top + crop_height)
    pixels = np.asarray(picture.resize((size, size), Image.BILINEAR, box=box))
    return pixels[:, ::-1] if draw.random() < 0.5 else pixels


def recolour(pixels, draw):
    """Turn all hues by the same random angle, brightness as it was: uint8 (size, size, 3)."""
    angle = draw.uniform(0, 2 * math.pi)
    cosine, across = math.cos(angle), math.sin(angle) / math.sqrt(3)
    turn = np.full((3, 3), (1 - cosine) / 3) + cosine * np.eye(3)  # Rodrigues' formula about the grey axis
    turn += across * np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    return np.clip(pixels @ turn.T.astype(np.float32), 0, 255).astype(np.uint8)


def picture_of_nothing(size, draw):
    """A flat colour, a gradient, noise of some coarseness, or stripes: uint8 (size, size, 3)."""
    first, second = draw.uniform(0, 255, (2, 1, 1, 3))
    down, right = np.mgrid[0:size, 0:size][..., None] / size
    kind = draw.integers(4)
    if kind == 0:
        pixels = np.broadcast_to(first, (size, size, 3))
    elif kind == 1:
        angle = draw.uniform(0, 2 * math.pi)
        pixels = first + (second - first) * np.clip(0.5 + (down - 0.5) * math.sin(angle) + (right - 0.5) * math.cos(angle), 0, 1)
    elif kind == 2:
        cells = int(draw.choice([size, size // 2, size // 4, 8, 4]))
        coarse = draw.uniform(0, 255, (cells, cells, draw.choice([1, 3]))).astype(np.uint8)
        picture = Image.fromarray(np.broadcast_to(coarse, (cells, cells, 3)).copy())
        pixels = np.asarray(picture.resize((size, size), Image.BICUBIC), np.float64)
        pixels = 128 + (pixels - 128) * draw.uniform(0.1, 1)
    else:
        wave = np.sin((down * draw.uniform(-20, 20) + right * draw.uniform(-20, 20)) * 2 * math.pi)
        pixels = first + (second - first) * (wave > 0)
    grain = draw.normal(0, draw.choice([0, 2, 8]), (size, size, 1))
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


class Batches:
    """Endless shuffled batches (pixels, labels, picture numbers), made ahead in a thread; batch n is the same in every run."""

    def __init__(self, pictures, indices, start, is_colourful=()):
        """is_colourful: for each label, whether its pictures may be of any colour; empty if none may."""
        self.pictures, self.indices, self.step = pictures, indices, start
        self.colourful = np.flatnonzero(is_colourful)
        self.pool = ThreadPoolExecutor(1)
        self.ahead = []

    def make(self, step, size):
        per_epoch = len(self.indices) // BATCH
        order = np.random.default_rng([SEED, step // per_epoch]).permutation(self.indices)
        chosen = order[step % per_epoch * BATCH :][:BATCH]
        draw = np.random.default_rng([SEED, 1, step])
        pixels = [random_crop(self.pictures[i], size, draw) for i in chosen]
        labels = self.pictures.label[chosen].copy()
        for i in np.flatnonzero(np.isin(labels, self.colourful)):
            if draw.random() < RECOLOURED_PART:
                pixels[i] = recolour(pixels[i], draw)
        for i in range(0, BATCH, BATCH // NOTHING_PICTURES):  # in each half of the batch
            pixels[i], labels[i] = picture_of_nothing(size, draw), NOTHING
        return torch.from_numpy(np.stack(pixels)), torch.from_numpy(labels), chosen

    def next(self, size):
        while len(self.ahead) < 3:
            self.ahead.append(self.pool.submit(self.make, self.step, size))
            self.step += 1
        return self.ahead.pop(0).result()


def jitter(x):
    """Vary brightness, contrast, saturation and colour cast of normalised pixels (N, 3, S, S) per picture; some go grey."""

    def around_one(part, channels=1):
        return 1 + part * (2 * torch.rand(len(x), channels, 1, 1) - 1)

    saturation = around_one(SATURATION) * (torch.rand(len(x), 1, 1, 1) >= GREY_PART)
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * saturation + grey
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * (around_one(JITTER) * around_one(CAST, 3)) + mean + around_one(JITTER) - 1
