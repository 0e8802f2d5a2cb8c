"""The texts that train the text encoder: by kind, with prompt templates and targets."""

import numpy as np
import torch
from tokenizers import Tokenizer

from photo_set import Kinds, load_held_out
from text_encoder import CONTEXT_LENGTH, TextEncoder
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
UNSEEN_PART = 0.02  # of the further texts is kept out of training, to measure generalisation
BATCH = 256
SHARES = {"labels": 0.4, "styles": 0.05, "names": 0.15, "further": 0.4}  # of a batch


def with_kinds(labels):
    """The labels' entries, and after them such entries for the general words."""
    articles = {word: "an" if word[0] in "aeiou" else "a" for word in Kinds(labels).words}
    return [*labels, *({"label": word, "phrase": f"a photo of {article} {word}"} for word, article in articles.items())]


def label_rows(out_dir, labels, targets):
    """What the text encoder should give for each label: the classifier rows that were found, or targets where unseen.

    Once refit_rows.py has found rows for the general words, too, these come after the labels'.
    """
    refitted = out_dir / "rows.npz"
    rows = np.load(refitted)["rows"] if refitted.exists() else torch.load(out_dir / "probe.pt")["rows"].numpy()
    held_out = set(load_held_out())
    unseen = [i for i, entry in enumerate(labels) if entry["label"] in held_out]
    rows[unseen] = targets[unseen]
    return rows


class Texts:
    """The texts by kind, each with its templates and target, ready to be drawn into batches."""

    def __init__(self, entries, data, rows):
        names = [str(name) for name in data["names"]]
        further = np.flatnonzero(~data["from_clip"])
        unseen = np.random.default_rng(SEED).permutation(further)[: int(UNSEEN_PART * len(further))]
        seen = np.setdiff1d(further, unseen)
        label_names = [entry["label"] for entry in entries]
        known = {label.lower() for label in label_names}
        seen = np.array([i for i in seen if names[i] not in known])
        clip = [i for i in np.flatnonzero(data["from_clip"]) if names[i] not in known]
        targets = data["name_targets"]
        self.unseen = [names[i] for i in unseen], targets[unseen]
        self.kinds = {
            "labels": ([*label_names, *(entry["phrase"] for entry in entries)], np.concatenate([rows, rows])),
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


def load_text_encoder(out_dir):
    """The trained text encoder and its tokenizer."""
    tokenizer = Tokenizer.from_file(str(out_dir / "tokenizer.json"))
    encoder = TextEncoder(tokenizer.get_vocab_size())
    encoder.load_state_dict(torch.load(out_dir / "text.pt"))
    return encoder.eval(), tokenizer


def prompt_ensemble(out_dir, labels):
    """The text encoder's classifier rows: for each label the mean over all templates, of unit length."""
    encoder, tokenizer = load_text_encoder(out_dir)
    rows = embed_texts(encoder, tokenizer, [entry["phrase"] for entry in labels])
    for template in TEMPLATES:
        rows = rows + embed_texts(encoder, tokenizer, [template.format(entry["label"]) for entry in labels])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
