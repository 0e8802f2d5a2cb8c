"""The texts that train the text encoder: by kind, with prompt templates and the rows they stand for."""

import numpy as np
import torch
from tokenizers import Tokenizer

from rows import NOTHING_TEXTS, unit
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
MOST_USED = ("a photo of a {}", "{}")  # half of all
UNSEEN_PART = 0.02  # of the further texts is kept out of training, to measure generalisation
BATCH = 512
SHARES = {"things": 0.4, "words": 0.2, "styles": 0.05, "names": 0.1, "further": 0.25}  # of a batch


def said(template, text):
    """The template with the text, and "an" where English says so."""
    sentence = template.format(text)
    return sentence.replace(" a " + text, " an " + text) if text[0].lower() in "aeiou" else sentence


class Texts:
    """The texts by kind, each with its row, ready to be drawn into batches."""

    def __init__(self, labels, classes, rows):
        label_names = [entry["label"] for entry in labels]
        class_names = [entry["label"] for entry in classes]
        known = {name.lower() for name in label_names} | rows.texts.keys()
        named = {str(entry["name"]).lower() for entry in classes} | {name.lower() for name in class_names}
        first = [name for name in rows.texts if name in named]
        others = [name for name in rows.texts if name not in named]
        further = np.flatnonzero(~rows.from_clip)
        unseen = np.random.default_rng(SEED).permutation(further)[: int(UNSEEN_PART * len(further))]
        seen = [i for i in np.setdiff1d(further, unseen) if rows.names[i] not in known]
        clip = [i for i in np.flatnonzero(rows.from_clip) if rows.names[i] not in known]
        self.unseen = [rows.names[i] for i in unseen], rows.names_rows[unseen]
        self.kinds = {
            "things": (
                [*label_names, *(entry["phrase"] for entry in labels), *first],
                np.concatenate([rows.labels, rows.labels, [rows.texts[name] for name in first]]),
            ),
            "words": (
                [*others, *NOTHING_TEXTS],
                np.concatenate([[rows.texts[name] for name in others], np.tile(rows.nothing, (len(NOTHING_TEXTS), 1))]),
            ),
            "styles": self.styled(label_names, known, rows),
            "names": ([rows.names[i] for i in clip], rows.names_rows[clip]),
            "further": ([rows.names[i] for i in seen], rows.names_rows[seen]),
        }

    @staticmethod
    def styled(label_names, known, rows):
        """Labels in another style: halfway between the label and the sentence encoder's opinion."""
        texts, targets = [], []
        for style, style_rows in rows.styles.items():
            for label, row, opinion in zip(label_names, rows.labels, style_rows):
                text = style.format(label)
                if text.removeprefix("a ").lower() not in known:
                    texts.append(text)
                    targets.append(unit(row + opinion))
        return texts, np.array(targets)

    def all(self):
        """Every text, for the tokenizer's training."""
        return [text for texts, _ in self.kinds.values() for text in texts] + list(TEMPLATES) * 20 + common_words()

    def batch(self, draw):
        """BATCH texts in random templates, and their rows."""
        texts, targets = [], []
        for kind, share in SHARES.items():
            pool, rows = self.kinds[kind]
            for i in draw.integers(len(pool), size=round(share * BATCH)):
                plain = kind == "styles" or pool[i] in NOTHING_TEXTS or pool[i].startswith("a photo of ")
                among = MOST_USED if draw.random() < 0.5 else TEMPLATES
                texts.append(pool[i] if plain else said(among[draw.integers(len(among))], pool[i]))
                targets.append(rows[i])
        return texts, torch.from_numpy(np.array(targets, np.float32))


def encode(tokenizer, texts):
    """Token ids (N, L) padded with 0 behind the end token, as in production."""
    rows = [encoding.ids[: CONTEXT_LENGTH - 1] + encoding.ids[-1:] if len(encoding.ids) > CONTEXT_LENGTH
            else encoding.ids for encoding in tokenizer.encode_batch(texts)]  # fmt: skip
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
