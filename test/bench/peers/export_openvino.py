"""Rounds a CLIP image tower to int8 for OpenVINO, as its own tool does by default for transformers.

Usage: export_openvino.py VISION_MODEL.onnx OUT.xml PHOTOGRAPH…

NNCF's post-training quantisation with the model type TRANSFORMER: SmoothQuant, and the mixed preset (weights symmetric,
activations not, both with ranges that the photographs fix ahead). A file that is there is kept.
"""

import sys
from pathlib import Path

import nncf
import openvino
from contender import pixel_values


def export(source: str, target: Path, photographs: list[str]) -> None:
    if target.exists():
        return
    model = openvino.Core().read_model(source)
    size = model.input(0).partial_shape[2].get_length()
    samples = nncf.Dataset([pixel_values(path, size) for path in photographs])
    quantised = nncf.quantize(
        model,
        samples,
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(photographs),
    )
    target.parent.mkdir(exist_ok=True)
    openvino.save_model(quantised, target, compress_to_fp16=False)


if __name__ == "__main__":
    export(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
