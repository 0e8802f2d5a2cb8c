"""Decode the packed photo set once into one flat uint8 file, and choose the held-out labels.

Writes to the work folder:
  pixels.u8     every picture's RGB bytes, one behind the other, at the size it has in the set
  pictures.npz  per picture: offset into pixels.u8, height, width, label index, is_test
and beside this program: held-out.json, the labels that training never sees.
"""

import argparse
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from photo_set import HELD_OUT_FILE, MIN_PICTURES, load_labels

HELD_OUT_LABELS = 40
HELD_OUT_SEED = "cliptag-held-out-2"
# Collections that have nothing to do with ImageNet, on which the image encoder's backbone was pretrained, and
# those of their labels that are classes of ImageNet nevertheless. Both would be no held-out labels.
UNRELATED_COLLECTIONS = {
    "food101", "miniplaces", "sports", "clothing", "grocery", "aerial", "trashnet", "weather", "scenes15",
}  # fmt: skip
IMAGENET_CLASSES = {
    "bakery", "beefsteak tomato", "bridge", "brown cap mushroom", "cabbage", "carton of juice", "carton of milk",
    "carton of oat milk", "carton of sour milk", "carton of soy milk", "carton of yogurt", "church", "corn field",
    "cucumber", "Granny Smith apple", "green bell pepper", "hat", "jacket", "monastery", "mountain",
    "orange bell pepper", "palace", "pineapple", "red bell pepper", "restaurant", "skirt", "spaghetti carbonara",
    "store", "tank top", "valley", "volcano", "yellow bell pepper", "zucchini",
}  # fmt: skip


def choose_held_out(labels, rows):
    """Pick HELD_OUT_LABELS labels with enough pictures that ImageNet does not know, spread over the groups.

    Every group gives its share (largest remainders first); which of its labels go is decided by
    a hash of seed and name, so that the choice never depends on the order of the file.
    """
    related = IMAGENET_CLASSES | {row[3] for row in rows if row[5] not in UNRELATED_COLLECTIONS}
    groups = {}
    for label in labels:
        if label["train"] + label["test"] >= MIN_PICTURES and label["label"] not in related:
            groups.setdefault(label["group"], []).append(label["label"])
    total = sum(len(names) for names in groups.values())
    shares = {group: HELD_OUT_LABELS * len(names) / total for group, names in groups.items()}
    counts = {group: int(share) for group, share in shares.items()}
    by_remainder = sorted(shares, key=lambda group: (counts[group] - shares[group], group))
    for group in by_remainder[: HELD_OUT_LABELS - sum(counts.values())]:
        counts[group] += 1

    def rank(name):
        return hashlib.sha256(f"{HELD_OUT_SEED}/{name}".encode()).hexdigest()

    return sorted(name for group, names in groups.items() for name in sorted(names, key=rank)[: counts[group]])


def decode(data):
    """WebP bytes -> uint8 array (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def pack_pictures(data_dir, out_dir, labels, rows):
    """Decode all pictures into pixels.u8 and their index into pictures.npz."""
    label_index = {label["label"]: i for i, label in enumerate(labels)}
    packs = {name: (data_dir / name).read_bytes() for name in sorted({row[0] for row in rows})}
    offsets, heights, widths = [], [], []
    position = 0
    with open(out_dir / "pixels.u8.part", "wb") as pixels, ThreadPoolExecutor(2) as pool:
        for start in range(0, len(rows), 1024):
            blobs = [packs[name][at : at + size] for name, at, size, *_ in rows[start : start + 1024]]
            for picture in pool.map(decode, blobs):
                offsets.append(position)
                heights.append(picture.shape[0])
                widths.append(picture.shape[1])
                position += pixels.write(picture.tobytes())
    np.savez(
        out_dir / "pictures.npz",
        offset=np.array(offsets, np.int64),
        height=np.array(heights, np.int16),
        width=np.array(widths, np.int16),
        label=np.array([label_index[row[3]] for row in rows], np.int16),
        is_test=np.array([row[4] == "test" for row in rows]),
    )
    (out_dir / "pixels.u8.part").rename(out_dir / "pixels.u8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    labels = load_labels(args.data)
    with open(args.data / "manifest.jsonl") as manifest:
        rows = [json.loads(line) for line in manifest]
    HELD_OUT_FILE.write_text(json.dumps(choose_held_out(labels, rows), indent=2) + "\n")
    if not (args.out / "pixels.u8").exists():
        pack_pictures(args.data, args.out, labels, rows)


if __name__ == "__main__":
    main()
