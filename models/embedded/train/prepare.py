"""Decode the packed photo set once into one flat uint8 file, and check the held-out labels.

Writes to the work folder:
  pixels.u8     every picture's RGB bytes, one after the other, at the size it has in the set
  pictures.npz  per picture: offset into pixels.u8, height, width, label index, is_test
"""

import argparse
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from photo_set import MIN_PICTURES, load_held_out, load_labels

# Collections with labels or pictures of ImageNet, on which the image encoder's backbone was pretrained.
IMAGENET_COLLECTIONS = {"tinyimagenet", "breeds", "catdog"}


def check_held_out(labels, rows):
    """Stop unless the held-out labels have enough pictures, none of them from a collection related to ImageNet.

    That none of them is a class of ImageNet was checked when they were chosen. They are the labels with the
    fewest pictures, so that training loses little.
    """
    counts = {entry["label"]: entry["train"] + entry["test"] for entry in labels}
    related = {row[3] for row in rows if row[5] in IMAGENET_COLLECTIONS}
    faulty = [name for name in load_held_out() if counts.get(name, 0) < MIN_PICTURES or name in related]
    if faulty:
        raise SystemExit(f"no held-out labels, since they have too few pictures or ImageNet knows them: {faulty}")


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
    check_held_out(labels, rows)
    if not (args.out / "pixels.u8").exists():
        pack_pictures(args.data, args.out, labels, rows)


if __name__ == "__main__":
    main()
