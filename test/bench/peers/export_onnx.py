"""Exports the image tower of a Hugging Face CLIP checkpoint as transformers.js takes it.

Writes `onnx/vision_model.onnx` (float32) and `onnx/vision_model_quantized.onnx` into the checkpoint's folder, the
latter with the settings of transformers.js's own conversion (huggingface/transformers.js, scripts/quantize.py, mode q8:
uint8 weights where a model has a Conv, one scale a tensor). Files that are there are kept.
"""

import sys
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import CLIPVisionModelWithProjection


class ImageTower(torch.nn.Module):
    """Pixel values to projected embeddings, the only output that anybody here asks for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.model = CLIPVisionModelWithProjection.from_pretrained(folder).eval()

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.model(pixel_values=pixel_values).image_embeds


def export(folder: Path) -> None:
    target = folder / "onnx"
    target.mkdir(exist_ok=True)
    tower = ImageTower(folder)
    size = tower.model.config.image_size
    plain = target / "vision_model.onnx"
    if not plain.exists():
        export_plain(tower, size, plain)
    quantised = target / "vision_model_quantized.onnx"
    if not quantised.exists():
        quantize_dynamic(
            plain,
            quantised,
            weight_type=QuantType.QUInt8,
            per_channel=False,
            reduce_range=False,
            extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
        )


def export_plain(tower: ImageTower, size: int, path: Path) -> None:
    torch.onnx.export(
        tower,
        (torch.zeros(2, 3, size, size),),
        str(path),
        input_names=["pixel_values"],
        output_names=["image_embeds"],
        dynamic_axes={"pixel_values": {0: "batch_size"}, "image_embeds": {0: "batch_size"}},
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(path))


if __name__ == "__main__":
    export(Path(sys.argv[1]))
