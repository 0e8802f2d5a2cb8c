"""int8 for the exported graphs: static for the backbone, weights only for the head and the text encoder."""

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

CALIBRATION_BATCH = 32
MIN_INT8_ELEMENTS = 4096  # smaller weights stay float32


class CalibrationPictures(quantization.CalibrationDataReader):
    """Pixels (N, S, S, 3) in batches, from which the ranges of activations are taken."""

    def __init__(self, pixels):
        self.feeds = ({"pixels": pixels[at : at + CALIBRATION_BATCH]} for at in range(0, len(pixels), CALIBRATION_BATCH))

    def get_next(self):
        """The next feed, or None at the end."""
        return next(self.feeds, None)


def pad_inside_convolutions(path):
    """Let each convolution do the padding of the node before it, which in the int8 graph would be a float32 pass of its own."""
    model = onnx.load(path)
    nodes, stored = model.graph.node, {tensor.name: tensor for tensor in model.graph.initializer}
    pad_into = {node.output[0]: node for node in nodes if node.op_type == "Pad"}
    for convolution in [node for node in nodes if node.input[0] in pad_into]:
        pad = pad_into.pop(convolution.input[0])
        amounts = numpy_helper.to_array(stored[pad.input[1]])  # (8,): before each axis of NCHW, then behind it
        pads = next(attribute for attribute in convolution.attribute if attribute.name == "pads")
        assert not any(pads.ints) and not amounts[[0, 1, 4, 5]].any(), f"{pad.name} pads twice, or not pixels"
        pads.ints[:] = amounts[[2, 3, 6, 7]].tolist()
        convolution.input[0] = pad.input[0]
        nodes.remove(pad)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def quantise_convolutions(source, target, calibration):
    """Static int8: per-channel weights, uint8 activations."""
    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    pad_inside_convolutions(prepared)
    quantization.quantize_static(
        str(prepared),
        str(target),
        calibration,
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        calibrate_method=quantization.CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv", "Clip", "Add"],
        extra_options={"CalibMovingAverage": True},  # the mean of the batches' ranges, not their extremes
    )


def store_weights_as_int8(source, target):
    """Weight-only int8: each large matrix becomes int8 with one scale per row or column."""
    model = onnx.load(source)
    graph = model.graph
    restored = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < MIN_INT8_ELEMENTS:
            continue
        axis = 0 if values.shape[0] > 4 * values.shape[1] else 1  # a row per token, else a column per output
        scale = np.maximum(np.abs(values).max(1 - axis, keepdims=True) / 127, 1e-12).astype(np.float32)
        name = weight.name
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}.int8"))
        graph.initializer.append(numpy_helper.from_array(scale.ravel(), f"{name}.scale"))
        inputs = [f"{name}.int8", f"{name}.scale"]
        restored.append(helper.make_node("DequantizeLinear", inputs, [name], axis=axis))
    for node in restored:
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, target)
