"""Train the tokenizer and the text encoder to reproduce the rows under prompt templates.

Trains for a given number of minutes; started again it goes on where it stopped.

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

from photo_set import load_classes, load_labels
from rows import load_rows
from text_encoder import TextEncoder
from texts import MOST_USED, SEED, Texts, embed_texts, encode, said
from tokenizer import make_tokenizer

LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
WARM_UP = 0.03
SAVE_STEPS = 250


def report(encoder, tokenizer, texts):
    """One line: how near texts come to their rows, and those not trained on."""
    parts = []
    for kind in ("things", "words"):
        words, rows = texts.kinds[kind]
        got = embed_texts(encoder, tokenizer, [word if word.startswith("a ") else said(MOST_USED[0], word) for word in words])
        own = (got * rows).sum(1)
        nearest = (got @ rows.T).max(1) - own < 1e-6
        parts.append(f"{kind}: cosine {own.mean():.4f}, least {own.min():.3f}, nearest to itself {nearest.mean():.3f}")
    words, rows = texts.unseen
    unseen = embed_texts(encoder, tokenizer, [said(MOST_USED[0], word) for word in words])
    return "; ".join([*parts, f"unseen: cosine {(unseen * rows).sum(1).mean():.3f}"])


def train(encoder, tokenizer, texts, seconds, out_dir):
    """Adam with a time-based cosine schedule on the cosine to the row; goes on from text-state.pt, and writes text.pt."""
    optimiser = torch.optim.AdamW(encoder.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98))
    state_path, before, step = out_dir / "text-state.pt", 0.0, 0
    if state_path.exists():
        state = torch.load(state_path)
        encoder.load_state_dict(state["encoder"])
        optimiser.load_state_dict(state["optimiser"])
        before, step = state["seconds"], state["step"]
    draw = np.random.default_rng(SEED + step)
    began, progress = time.monotonic(), before / seconds
    while progress < 1:
        spent = before + time.monotonic() - began
        progress = min(1.0, spent / seconds)
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
            state = {"encoder": encoder.state_dict(), "optimiser": optimiser.state_dict(), "seconds": spent, "step": step}
            torch.save(state, out_dir / "unfinished.pt")
            (out_dir / "unfinished.pt").rename(state_path)
            print(f"step {step} {progress:.0%} {report(encoder, tokenizer, texts)}", flush=True)
    torch.save(encoder.state_dict(), out_dir / "text.pt")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    parser.add_argument("--minutes", type=float, default=24)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)

    texts = Texts(load_labels(args.data), load_classes(), load_rows(args.data, args.out))
    path = args.out / "tokenizer.json"
    if not path.exists():
        path.write_text(json.dumps(make_tokenizer(texts.all()), ensure_ascii=False, indent=1))
    tokenizer = Tokenizer.from_file(str(path))
    train(TextEncoder(tokenizer.get_vocab_size()), tokenizer, texts, 60 * args.minutes, args.out)


if __name__ == "__main__":
    main()
