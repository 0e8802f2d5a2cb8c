#!/bin/sh
# Installs what `npm run bench:models` compares Cliptag with, into folders here that git ignores: about 1.5 GB.
# PYTHON names the interpreter that the virtual environment is made with.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts
"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --requirement requirements.txt
