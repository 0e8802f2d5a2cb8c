"""What the first run's model sees in each training picture, for the second run to learn from.

A picture has one label, and often shows more: the model's opinion says what else it shows, and what it looks like.

Writes opinions.npz (embeddings of all pictures, zeros for those that are not trained on; scale) to the work folder.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from batches import split_pictures
from evaluate import embed_pictures, fit_logit_scale, load_average
from photo_set import Pictures, load_labels, true_labels
from texts import prompt_ensemble

VIEW_SIZE = 160


def load_opinions(out_dir):
    """float32 (pictures, 256): embeddings times their scale."""
    saved = np.load(out_dir / "opinions.npz")
    return saved["embeddings"].astype(np.float32) * float(saved["scale"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder with first.pt")
    args = parser.parse_args()
    torch.set_num_threads(1)

    labels = load_labels(args.data)
    pictures = Pictures(args.out)
    training, validation = split_pictures(pictures, labels)
    encoder = load_average({args.out / "first.pt": 1}, pictures, training, VIEW_SIZE)
    watched = embed_pictures(encoder, pictures, validation, VIEW_SIZE)
    scale = fit_logit_scale(watched, prompt_ensemble(args.out, labels), pictures.label[validation], labels, true_labels(labels))
    embeddings = np.zeros((len(pictures.label), watched.shape[1]), np.float16)
    embeddings[training] = embed_pictures(encoder, pictures, training, VIEW_SIZE)
    np.savez(args.out / "opinions.npz", embeddings=embeddings, scale=scale)
    print(f"opinions of {len(training)} pictures, scale {scale:.1f}", flush=True)


if __name__ == "__main__":
    main()
