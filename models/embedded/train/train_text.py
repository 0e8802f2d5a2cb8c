"""Train the tokenizer and the text encoder to reproduce the text targets under prompt templates.

Labels take the image encoder's classifier rows where image.pt has them, held-out labels and all
other texts their targets. Trains for a given number of minutes; a later run goes on from text.pt.

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
from torch.nn import functional as F

from photo_set import load_held_out, load_labels
from text_encoder import CONTEXT_LENGTH, TextEncoder
from tokenizer import make_tokenizer
from words import common_words

SEED = 1
TEMPLATES = (
    "{}",
    "a {}",
    "the {}",
    "a photo of a {}",
    "a photo of {}",
    "a photo of the {}",
    "a picture of a {}",
    "an image of a {}",
    "a close-up photo of a {}",
    "a blurry photo of a {}",
    "a bright photo of a {}",
    "a good photo of a {}",
    "a cropped photo of the {}",
    "a photo of one {}",
    "a photo of many {}",
)
UNSEEN_PART = 0.02  # of the further texts, kept out of training to measure generalisation
BATCH = 256
SHARES = {"labels": 0.3, "styles": 0.1, "names": 0.15, "further": 0.45}  # of a batch
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
WARM_UP = 0.03
SAVE_STEPS = 250


def label_rows(out_dir, labels, targets):
    """What the text encoder shall say for each label: classifier rows, or targets where unseen."""
    if not (out_dir / "image.pt").exists():
        return targets
    rows = F.normalize(torch.load(out_dir / "image.pt")["learner"]["rows"], dim=1).numpy()
    held_out = set(load_held_out())
    unseen = np.array([entry["label"] in held_out for entry in labels])
    return np.where(unseen[:, None], targets, rows)


class Texts:
    """The texts by kind, each with its templates and target, ready to be drawn into batches."""

    def __init__(self, labels, data, rows):
        names = [str(name) for name in data["names"]]
        further = np.flatnonzero(~data["from_clip"])
        unseen = np.random.default_rng(SEED).permutation(further)[: int(UNSEEN_PART * len(further))]
        seen = np.setdiff1d(further, unseen)
        label_names = [entry["label"] for entry in labels]
        known = {label.lower() for label in label_names}
        clip = [i for i in np.flatnonzero(data["from_clip"]) if names[i] not in known]
        targets = data["name_targets"]
        self.unseen = [names[i] for i in unseen], targets[unseen]
        self.kinds = {
            "labels": ([*label_names, *(entry["phrase"] for entry in labels)], np.concatenate([rows, rows])),
            "names": ([names[i] for i in clip], targets[clip]),
            "further": ([names[i] for i in seen], targets[seen]),
            "styles": self.styled(label_names, known, data, rows),
        }

    @staticmethod
    def styled(label_names, known, data, rows):
        """Labels in another style: halfway between the label and the sentence encoder's opinion."""
        texts, targets = [], []
        for style, style_targets in zip(data["styles"], data["style_targets"]):
            for label, row, target in zip(label_names, rows, style_targets):
                text = str(style).format(label)
                if text.removeprefix("a ").lower() not in known:
                    texts.append(text)
                    targets.append((row + target) / np.linalg.norm(row + target))
        return texts, np.array(targets, np.float32)

    def all(self):
        """Every text, for the tokenizer's training."""
        return [text for texts, _ in self.kinds.values() for text in texts] + list(TEMPLATES) * 20 + common_words()

    def batch(self, draw):
        """BATCH texts in random templates, and their targets."""
        texts, targets = [], []
        for kind, share in SHARES.items():
            pool, rows = self.kinds[kind]
            for i in draw.integers(len(pool), size=round(share * BATCH)):
                plain = kind == "styles" or pool[i].startswith("a photo of ")
                texts.append(pool[i] if plain else TEMPLATES[draw.integers(len(TEMPLATES))].format(pool[i]))
                targets.append(rows[i])
        return texts, torch.from_numpy(np.array(targets))


def encode(tokenizer, texts):
    """Token ids (N, L) padded with 0 behind the end token, as in production."""
    rows = [encoding.ids[: CONTEXT_LENGTH - 1] + encoding.ids[-1:] if len(encoding.ids) > CONTEXT_LENGTH
            else encoding.ids for encoding in tokenizer.encode_batch(texts)]
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    return ids


@torch.no_grad()
def embed_texts(encoder, tokenizer, texts):
    """Unit embeddings (len(texts), 256)."""
    parts = [encoder(encode(tokenizer, texts[at : at + 256])) for at in range(0, len(texts), 256)]
    return torch.cat(parts).numpy()


def report(encoder, tokenizer, labels, rows, texts):
    """One line: cosine to the targets for labels, and for texts not trained on."""
    plain = embed_texts(encoder, tokenizer, [f"a photo of a {entry['label']}" for entry in labels])
    nearest = (plain @ rows.T).argmax(1) == np.arange(len(labels))
    words, word_targets = texts.unseen
    unseen = embed_texts(encoder, tokenizer, [f"a photo of a {word}" for word in words])
    return (
        f"labels: cosine {(plain * rows).sum(1).mean():.4f}, least {(plain * rows).sum(1).min():.3f}, "
        f"nearest to itself {nearest.mean():.3f}; unseen texts: cosine {(unseen * word_targets).sum(1).mean():.3f}"
    )


def train(encoder, tokenizer, labels, rows, texts, minutes, path):
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
            print(f"step {step} {progress:.0%} {report(encoder, tokenizer, labels, rows, texts)}", flush=True)


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
    texts = Texts(labels, data, rows)
    tokenizer_path, path = args.out / "tokenizer.json", args.out / "text.pt"
    if not tokenizer_path.exists():
        tokenizer_path.write_text(json.dumps(make_tokenizer(texts.all()), ensure_ascii=False, indent=1))
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    encoder = TextEncoder(tokenizer.get_vocab_size())
    if path.exists():
        encoder.load_state_dict(torch.load(path))
    train(encoder, tokenizer, labels, rows, texts, args.minutes, path)


if __name__ == "__main__":
    main()
