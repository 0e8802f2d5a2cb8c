"""A trained encoder and the project's measures: top-1 and top-5 over the labels with enough pictures, and the logit scale."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn

from image_encoder import PICTURE_SIZE, ImageEncoder, enlarge, normalise_pixels
from photo_set import MIN_PICTURES

BATCH = 64
NORM_PICTURES = 2048  # give the normalisations' statistics


def load_average(shares, pictures, training, size):
    """The mean of checkpoints' averaged encoders, with the normalisations' statistics computed again at this view size.

    shares: {path: share}. Statistics of training come from random crops and trail behind the averaged weights; these
    come from whole pictures.
    """
    ends = [(torch.load(path)["average"], share) for path, share in shares.items() if share > 0]
    encoder = ImageEncoder().to(memory_format=torch.channels_last)
    encoder.load_state_dict(
        {
            name: sum(end[name] * share for end, share in ends) if value.is_floating_point() else value
            for name, value in ends[0][0].items()
        }
    )
    for module in encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean over all batches
    embed_pictures(encoder.train(), pictures, training[:NORM_PICTURES], size, threads=1)
    return encoder.eval()


def embed_pictures(encode, pictures, indices, size, threads=2):
    """The outputs of `encode` for pictures as production sees them, enlarged to `size`: (len(indices), outputs)."""

    def embed(part):
        pixels = np.stack([pictures.centre_crop(i, PICTURE_SIZE) for i in part])
        x = enlarge(normalise_pixels(torch.from_numpy(pixels)), size).contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            return encode(x).float().numpy()

    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(embed, np.split(indices, range(BATCH, len(indices), BATCH)))))


def embed_with_onnx(session, pictures, indices):
    """The same with an ONNX image encoder."""
    parts = []
    for start in range(0, len(indices), BATCH):
        pixels = np.stack([pictures.centre_crop(i, PICTURE_SIZE) for i in indices[start : start + BATCH]])
        parts.append(session.run(None, {"pixels": pixels})[0])
    return np.concatenate(parts)


def candidate_labels(labels):
    """Indices of the labels with at least MIN_PICTURES pictures."""
    return np.array([i for i, entry in enumerate(labels) if entry["train"] + entry["test"] >= MIN_PICTURES])


def hit_rates(embeddings, rows, picture_labels, labels, truth, candidates=None):
    """Top-1 and top-5 of pictures whose label is a candidate; a hit is any label true of the picture."""
    candidates = candidate_labels(labels) if candidates is None else np.asarray(candidates)
    counted = np.isin(picture_labels, candidates)
    scores = embeddings[counted] @ rows[candidates].T
    best = candidates[np.argsort(-scores, axis=1)[:, :5]]
    hits = truth[picture_labels[counted][:, None], best]
    return float(hits[:, 0].mean()), float(hits.any(1).mean())


def fit_logit_scale(embeddings, rows, picture_labels, labels, truth):
    """The scale with the least cross-entropy over the candidate labels; other true labels are left out."""
    candidates = candidate_labels(labels)
    counted = np.isin(picture_labels, candidates)
    own = np.searchsorted(candidates, picture_labels[counted])
    pictures = np.arange(len(own))
    cosines = embeddings[counted] @ rows[candidates].T
    also = truth[picture_labels[counted]][:, candidates]
    also[pictures, own] = False

    def loss(scale):
        logits = np.where(also, -np.inf, scale * cosines)
        top = logits.max(1, keepdims=True)
        return np.mean(top[:, 0] + np.log(np.exp(logits - top).sum(1)) - logits[pictures, own])

    return float(min(np.geomspace(3, 60, 150), key=loss))


def milliseconds_per_picture(session, size, batch):
    """The least time of several runs (others may use the machine) on random pixels."""
    pixels = np.random.default_rng(1).integers(0, 256, (batch, size, size, 3), np.uint8)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        session.run(None, {"pixels": pixels})
        times.append(time.perf_counter() - began)
    return 1000 * min(times) / batch
