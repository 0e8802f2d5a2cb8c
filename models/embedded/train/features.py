"""What the int8 backbone sees in every picture, in several views, kept in the work folder.

The head is fitted to these: so it makes up for what int8 costs.

Writes backbone.float32.onnx, backbone.onnx and features/NAME.npy, float16 (pictures, FEATURES).
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image, ImageFilter

from backbone import PICTURE_SIZE, Backbone
from photo_set import Pictures, centre_crop, load_labels
from quantise import CalibrationPictures, quantise_convolutions

OPSET = 18
CALIBRATION_PICTURES = 1024
SEED = 1
VIEWS = ("whole", "mirrored", "closer", "closer again", "closest")
NOTHINGS = 2000
BATCH = 16


def to_onnx(module, example, path, name, output, axes):
    """Write the module as an ONNX file of one input and one output."""
    torch.onnx.export(
        module, (example,), str(path), input_names=[name], output_names=[output],
        dynamic_axes={name: axes, output: {0: "N"}}, opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def open_session(path, threads=1):
    """An onnxruntime session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def export_backbone(out, pictures):
    """The backbone's graph in float32 and int8."""
    example = torch.zeros(2, PICTURE_SIZE, PICTURE_SIZE, 3, dtype=torch.uint8)
    to_onnx(Backbone(), example, out / "backbone.float32.onnx", "pixels", "features", {0: "N"})
    chosen = np.random.default_rng(SEED).permutation(np.flatnonzero(~pictures.is_test))[:CALIBRATION_PICTURES]
    pixels = np.stack([centre_crop(pictures[i], PICTURE_SIZE) for i in chosen])
    quantise_convolutions(out / "backbone.float32.onnx", out / "backbone.onnx", CalibrationPictures(pixels))


def nothing(i):
    """Pixels that show nothing in particular: a flat colour, a gradient, noise, stripes, checks, or a blur."""
    draw = np.random.default_rng([SEED, i])
    size, kind = PICTURE_SIZE, i % 8
    one, other = draw.integers(0, 256, (2, 3))
    if kind == 0:
        picture = np.broadcast_to(one, (size, size, 3)).astype(float)
    elif kind == 1:
        slope = np.linspace(0, 1, size)[None, :, None] if draw.integers(2) else np.linspace(0, 1, size)[:, None, None]
        picture = one * (1 - slope) + other * slope + np.zeros((size, size, 1))
    elif kind == 2:
        picture = draw.integers(0, 256, (size, size, 3 if draw.integers(2) else 1)) + np.zeros((1, 1, 3))
    elif kind == 3:
        picture = one + draw.normal(0, draw.uniform(3, 60), (size, size, 3 if draw.integers(2) else 1))
    elif kind in (4, 5):
        cells = int(draw.integers(2, 40))
        small = draw.integers(0, 256, (cells, cells, 3 if draw.integers(2) else 1)) + np.zeros((1, 1, 3))
        how = Image.BICUBIC if kind == 4 else Image.NEAREST
        picture = np.asarray(Image.fromarray(small.astype(np.uint8)).resize((size, size), how), float)
    else:
        width = int(draw.integers(2, 60))
        across = (np.arange(size) // width) % 2
        down = across if kind == 6 else np.zeros(size, int)
        checks = (across[None, :] ^ down[:, None])[..., None]
        picture = one * checks + other * (1 - checks)
        picture = np.rot90(picture) if draw.integers(2) else picture
    picture = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    if draw.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(draw.uniform(1, 12)))
    return np.asarray(picture)


def view(picture, number, i):
    """A picture as one of VIEWS: uint8 (S, S, 3)."""
    if number < 2:
        pixels = centre_crop(picture, PICTURE_SIZE)
        return pixels[:, ::-1] if number == 1 else pixels
    draw = np.random.default_rng([number, i])
    pixels = centre_crop(picture, PICTURE_SIZE, draw.uniform(1.05, 1.35), (draw.random(), draw.random()))
    return pixels[:, ::-1] if draw.integers(2) else pixels


class Seer:
    """A process that turns pictures into features."""

    def start(backbone, data):
        labels = load_labels(data)
        Seer.session = open_session(backbone)
        Seer.sets = {"sharp": Pictures(data / "sharp", labels), "thumbnails": Pictures(data, labels)}

    def see(job):
        kind, number, part = job
        pixels = [nothing(i) if kind == "nothing" else view(Seer.sets[kind][i], number, i) for i in part]
        return Seer.session.run(None, {"pixels": np.stack(pixels)})[0].astype(np.float16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the packed photo set")
    parser.add_argument("--out", type=Path, required=True, help="work folder")
    args = parser.parse_args()
    labels = load_labels(args.data)
    sharp, thumbnails = Pictures(args.data / "sharp", labels), Pictures(args.data, labels)
    if not (args.out / "backbone.onnx").exists():
        export_backbone(args.out, sharp)
    folder = args.out / "features"
    folder.mkdir(exist_ok=True)
    wanted = {"nothing": ("nothing", 0, NOTHINGS), "thumbnails": ("thumbnails", 0, len(thumbnails))}
    wanted |= {f"sharp {name}": ("sharp", number, len(sharp)) for number, name in enumerate(VIEWS)}
    with ProcessPoolExecutor(2, initializer=Seer.start, initargs=(args.out / "backbone.onnx", args.data)) as pool:
        for name, (kind, number, count) in wanted.items():
            path = folder / f"{name}.npy"
            if not path.exists():
                jobs = [(kind, number, range(at, min(at + BATCH, count))) for at in range(0, count, BATCH)]
                features = np.concatenate(list(pool.map(Seer.see, jobs, chunksize=8)))
                np.save(folder / "unfinished.npy", features)
                (folder / "unfinished.npy").rename(path)
                print(f"{name}: {len(features)} pictures", flush=True)


if __name__ == "__main__":
    main()
