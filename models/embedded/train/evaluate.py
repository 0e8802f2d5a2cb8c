"""Top-1 and top-5 over the labels with enough pictures, the way the project measures them."""

import numpy as np
import torch

from image_encoder import normalise_pixels
from photo_set import MIN_PICTURES

BATCH = 128


@torch.no_grad()
def embed_pictures(encoder, pictures, indices, size):
    """Unit embeddings (len(indices), 256) of the pictures, centre-cropped at `size`."""
    parts = []
    for start in range(0, len(indices), BATCH):
        pixels = np.stack([pictures.centre_crop(i, size) for i in indices[start : start + BATCH]])
        x = normalise_pixels(torch.from_numpy(pixels)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(encoder(x).float().numpy())
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
