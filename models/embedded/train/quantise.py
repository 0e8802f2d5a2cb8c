"""int8 for the exported graphs: static for the image encoder, weights only for the text encoder."""

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

CALIBRATION_BATCH = 32
REFIT_RIDGE = 0.1  # of the features' mean variance
MIN_INT8_ELEMENTS = 4096  # smaller weights of the text encoder stay float32


class CalibrationPictures(quantization.CalibrationDataReader):
    """Training pictures in batches, from which the ranges of activations are taken."""

    def __init__(self, pictures, indices, size):
        batches = (indices[at : at + CALIBRATION_BATCH] for at in range(0, len(indices), CALIBRATION_BATCH))
        self.feeds = ({"pixels": np.stack([pictures.centre_crop(i, size) for i in part])} for part in batches)

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
    """Static int8: per-channel weights, uint8 activations; the last projection stays float32."""
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


class ProjectionInputs:
    """An image encoder's graph that gives the inputs and the outputs of its last projection."""

    def __init__(self, path):
        model = onnx.load(path)
        self.projection = next(node for node in model.graph.node if node.op_type == "Gemm")
        self.names = [self.projection.input[0], self.projection.output[0]]
        for name in self.names:
            model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def __call__(self, feeds):
        """Features (N, 1280) and projections (N, 256) of all feeds."""
        outputs = [self.session.run(self.names, feed) for feed in feeds]
        return (np.concatenate(part) for part in zip(*outputs))


def refit_projection(source, target, pictures, indices, size):
    """Give the int8 graph's last projection, which is float32, weights that make up for the errors before it.

    Ridge regression from the int8 graph's features to what the float32 graph projects; held near the weights as they are.
    """
    _, wanted = ProjectionInputs(source)(CalibrationPictures(pictures, indices, size).feeds)
    inside = ProjectionInputs(target)
    features, projected = inside(CalibrationPictures(pictures, indices, size).feeds)
    mean = features.mean(0)
    centred, missing = (features - mean).astype(np.float64), (wanted - projected).astype(np.float64)
    ridge = REFIT_RIDGE * len(features) * centred.var(0).mean()
    change = np.linalg.solve(centred.T @ centred + ridge * np.eye(len(mean)), centred.T @ (missing - missing.mean(0))).T
    model = onnx.load(target)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.name == inside.projection.input[1]:  # (256, 1280): PyTorch exports a linear layer with transB
            tensor.CopyFrom(numpy_helper.from_array((values + change).astype(np.float32), tensor.name))
        elif tensor.name == inside.projection.input[2]:
            bias = values + missing.mean(0) - change @ mean
            tensor.CopyFrom(numpy_helper.from_array(bias.astype(np.float32), tensor.name))
    onnx.save(model, target)


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
