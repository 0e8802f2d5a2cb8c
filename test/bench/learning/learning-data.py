"""Embeddings for `npm run bench:learning`: the sharp photo set, by the twin of the embedded model that has never seen the
pictures of the 40 held-out labels, and what the text encoder makes of all labels.

    python test/bench/learning/learning-data.py PHOTO_SET TRAINED DATA

TRAINED is the folder that models/embedded/train/train.sh leaves behind.
"""

import json
import sys
from pathlib import Path

MODEL = Path(__file__).resolve().parents[3] / "models" / "embedded"
sys.path.insert(0, str(MODEL / "train"))

import export
import numpy as np
import onnxruntime
import photo_set
import texts
import torch
from tokenizers import Tokenizer

photos, trained, data = map(Path, sys.argv[1:])
tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
session = onnxruntime.InferenceSession(str(MODEL / "text-encoder.onnx"), providers=["CPUExecutionProvider"])


def embed_texts(sentences):
    parts = [sentences[at : at + 128] for at in range(0, len(sentences), 128)]
    return np.concatenate(
        [session.run(None, {"ids": texts.encode(tokenizer, part).numpy()})[0] for part in parts]
    )


# The exporter asks its own text encoder; the shipped one is at hand.
export.embed_texts = lambda encoder, tokens, sentences: embed_texts(sentences)
export.load_text_encoder = lambda folder: (None, tokenizer)
exporter = export.Exporter(photos, trained, MODEL)
head = exporter.head("head-without-held-out")
features = np.load(trained / "features" / "sharp whole.npy", mmap_mode="r")
with torch.no_grad():
    images = np.concatenate(
        [
            head(torch.from_numpy(features[at : at + 1024].astype(np.float32))).numpy()
            for at in range(0, len(exporter.sharp), 1024)
        ]
    )
names = [entry["label"] for entry in exporter.labels]
held_out = set(photo_set.load_held_out())
prompts = np.stack([embed_texts([texts.said(template, name) for name in names]) for template in texts.TEMPLATES])

data.mkdir(parents=True, exist_ok=True)
images.astype("<f4").tofile(data / "images.f32")
prompts.astype("<f4").tofile(data / "prompts.f32")
(data / "learning.json").write_text(
    json.dumps(
        dict(
            size=images.shape[1],
            logitScale=json.loads((MODEL / "manifest.json").read_text())["logitScale"],
            templates=list(texts.TEMPLATES),
            names=names,
            heldOut=[name in held_out for name in names],
            label=exporter.sharp.label.tolist(),
            isTest=np.asarray(exporter.sharp.is_test).tolist(),
            # Labels that are also true of a picture with a label.
            also=[np.flatnonzero(row).tolist() for row in exporter.truth],
        )
    )
)
