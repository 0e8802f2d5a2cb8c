"""Lay out the pictures of the training split that training leaves out as a photo set of their own, split `left-out`.

Thresholds are chosen on them: cliptag evaluate OUT/left-out/manifest.jsonl --split left-out --labels FILE.
Needs prepare.py's work folder; writes manifest.jsonl and links to the packed pictures to its folder left-out.
"""

import argparse
import json
from pathlib import Path

from batches import split_pictures
from photo_set import Pictures, load_labels


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder of prepare.py")
    args = parser.parse_args()

    _, left_out = split_pictures(Pictures(args.out), load_labels(args.data))
    rows = (args.data / "manifest.jsonl").read_text().splitlines()
    folder = args.out / "left-out"
    folder.mkdir(exist_ok=True)
    with open(folder / "manifest.jsonl", "w") as manifest:
        for i in sorted(left_out):
            file, offset, length, label, _, *rest = json.loads(rows[i])
            manifest.write(json.dumps([file, offset, length, label, "left-out", *rest]) + "\n")
    for path in [*args.data.glob("photos-*.bin"), args.data / "labels.json"]:
        link = folder / path.name
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
    print(f"{len(left_out)} pictures in {folder / 'manifest.jsonl'}")


if __name__ == "__main__":
    main()
