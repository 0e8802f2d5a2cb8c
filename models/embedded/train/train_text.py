"""Train the tokenizer and the text encoder to reproduce the text targets under prompt templates.

Labels take the probe's classifier rows; held-out labels and all other texts take their targets. Trains for a given
number of minutes; a later run goes on from text.pt.

Writes tokenizer.json and text.pt to the work folder.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from photo_set import load_labels
from text_encoder import TextEncoder
from texts import SEED, Texts, embed_texts, encode, label_rows, with_kinds
from tokenizer import make_tokenizer

LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
WARM_UP = 0.03
SAVE_STEPS = 250


def report(encoder, tokenizer, entries, rows, texts):
    """One line: cosine to the targets for labels, and for texts not trained on."""
    plain = embed_texts(encoder, tokenizer, [f"a photo of a {entry['label']}" for entry in entries])
    nearest = (plain @ rows.T).argmax(1) == np.arange(len(entries))
    words, word_targets = texts.unseen
    unseen = embed_texts(encoder, tokenizer, [f"a photo of a {word}" for word in words])
    return (
        f"labels: cosine {(plain * rows).sum(1).mean():.4f}, least {(plain * rows).sum(1).min():.3f}, "
        f"nearest to itself {nearest.mean():.3f}; unseen texts: cosine {(unseen * word_targets).sum(1).mean():.3f}"
    )


def train(encoder, tokenizer, entries, rows, texts, minutes, path):
    """Adam with a time-based cosine schedule on the cosine to the target."""
    optimiser = torch.optim.AdamW(encoder.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98))
    draw = np.random.default_rng(SEED)
    began, step, progress = time.monotonic(), 0, 0.0
    while progress < 1:
        progress = min(1.0, (time.monotonic() - began) / (60 * minutes))
        factor = min(progress / WARM_UP + 0.01, 0.5 * (1 + math.cos(math.pi * progress)))
        optimiser.param_groups[0]["lr"] = LEARNING_RATE * factor
        batch, targets = texts.batch(draw)
        with torch.autocast("cpu", torch.bfloat16):
            embeddings = encoder(encode(tokenizer, batch))
        loss = (1 - (embeddings * targets).sum(1)).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % SAVE_STEPS == 0 or progress == 1:
            torch.save(encoder.state_dict(), path)
            print(f"step {step} {progress:.0%} {report(encoder, tokenizer, entries, rows, texts)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(args.threads)

    labels = load_labels(args.data)
    data = np.load(args.out / "targets.npz")
    rows = label_rows(args.out, labels, data["label_targets"])
    entries = with_kinds(labels)[: len(rows)]
    texts = Texts(entries, data, rows)
    tokenizer_path, path = args.out / "tokenizer.json", args.out / "text.pt"
    if not tokenizer_path.exists():
        tokenizer_path.write_text(json.dumps(make_tokenizer(texts.all()), ensure_ascii=False, indent=1))
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    encoder = TextEncoder(tokenizer.get_vocab_size())
    if path.exists():
        encoder.load_state_dict(torch.load(path))
    train(encoder, tokenizer, entries, rows, texts, args.minutes, path)


if __name__ == "__main__":
    main()
