"""
Reference pixels of pictures, by Pillow, pillow-heif, pillow-jxl-plugin and rawpy: what CLIP's own preprocessing makes of
their first frame, upright, in sRGB, over white. `corpus.ts` runs it:

    python reference.py --side 224 --out FOLDER < paths, each ended by a zero byte

Picture 17 becomes FOLDER/17.png. One line of JSON a picture comes on standard output, in any order: {"index": 17} and
either "levels": by how much, of 255 on average, a right decoder's pixels may be off, or "refused": why Pillow does not read
it, or "unclear": why its pixels stand for no one picture.
Each picture has a process of its own, with limits: test collections hold bombs.
"""

import argparse
import io
import json
import os
import resource
import sys
import warnings

import numpy
import pillow_heif
import pillow_jxl  # noqa: F401 (registers itself)
import rawpy
from PIL import Image, ImageCms, ImageOps

MAXIMUM_SECONDS = 30
MAXIMUM_MEMORY = 4 << 30
# Pillow refuses twice as many: Cliptag's own limit.
Image.MAX_IMAGE_PIXELS = 1 << 27
# Longer pictures are cut to their centre before they are resized, or a line of pixels would become gigabytes.
MAXIMUM_ASPECT = 8
RAW_EXTENSIONS = {".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".dng", ".raf", ".orf", ".rw2", ".pef", ".srw"}
SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")
BITS_PER_SAMPLE, PHOTOMETRIC, WHITE_IS_ZERO, EXTRA_SAMPLES = 258, 262, 0, 338
# Cliptag's decoders and resizer are 0.2 to 1.0 off Pillow's, most in the chroma of JPEG and WebP.
LEVELS = 1
# How inks look without a profile is a matter of opinion: Pillow takes each for the complement of a light.
CMYK_LEVELS = 24
SRGB = ImageCms.createProfile("sRGB")


class Unclear(Exception):
    """The file is read, but what its numbers look like is a matter of opinion."""


def opened(path):
    """The picture, or the preview of a camera RAW, which cameras store as a JPEG."""
    is_raw = os.path.splitext(path)[1].lower() in RAW_EXTENSIONS
    return raw_preview(path) if is_raw and not is_jpeg(path) else Image.open(path)


def is_jpeg(path):
    with open(path, "rb") as file:
        return file.read(3) == b"\xff\xd8\xff"


def raw_preview(path):
    with rawpy.imread(path) as raw:
        thumb = raw.extract_thumb()
        flip = raw.sizes.flip
    if thumb.format != rawpy.ThumbFormat.JPEG:
        raise Unclear("a preview that is no JPEG")
    image = Image.open(io.BytesIO(thumb.data))
    # The orientation often stands in the RAW file only. LibRaw: 3 is a half turn, 5 and 6 a quarter turn left and right.
    turn = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}.get(flip)
    if turn is None or 0x0112 in image.getexif():
        return image
    return image.transpose(turn)


def upright(image):
    # libheif has turned the picture already.
    if image.format == "HEIF":
        return image
    # A PNG's texts may stand behind its pixels.
    image.load()
    # Pillow also believes an orientation that stands in XMP alone, or in a PNG's text; browsers and viewers do not.
    for key in ("xmp", "XML:com.adobe.xmp", "Raw profile type exif"):
        image.info.pop(key, None)
    return ImageOps.exif_transpose(image)


def eight_bits(image):
    """Grey of 16 bits becomes grey of 8, which Pillow's own conversion would clip."""
    if image.mode in ("I", "F") or image.mode.startswith("I;") and image.mode not in SIXTEEN_BITS:
        raise Unclear(f"numbers of mode {image.mode}")
    if image.mode not in SIXTEEN_BITS:
        return image
    tags = getattr(image, "tag_v2", {})
    if tags and tags.get(BITS_PER_SAMPLE) != (16,):
        raise Unclear(f"{tags.get(BITS_PER_SAMPLE)} bits")
    values = numpy.asarray(image).astype(numpy.uint32)
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        values = 65535 - values
    grey = Image.fromarray(((values + 128) // 257).astype(numpy.uint8))
    grey.info = {key: value for key, value in image.info.items() if key != "transparency"}
    if isinstance(key := image.info.get("transparency"), int):
        grey.putalpha(Image.fromarray(numpy.where(values == key, 0, 255).astype(numpy.uint8)))
    return grey


def srgb(image):
    """Colours by the embedded profile, where it fits them."""
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    alpha = None
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.mode in ("LA", "RGBA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        alpha = rgba.getchannel("A")
        image = image.convert("L") if image.mode in ("L", "LA") else rgba.convert("RGB")
    image = managed(image, profile)
    if alpha is None:
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=alpha)
    return white


def managed(image, profile):
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(image, lab, SRGB, outputMode="RGB")
    if profile and image.mode in ("L", "RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB")


def whole_screen(image):
    """What a GIF's first frame leaves free of its screen is transparent; Pillow gives it the first colour."""
    if image.format != "GIF" or not image.tile:
        return image
    left, top, right, bottom = image.tile[0][1]
    if (left, top, right, bottom) == (0, 0, *image.size):
        return image
    frame = image.convert("RGBA").crop((left, top, right, bottom))
    screen = Image.new("RGBA", image.size, (255, 255, 255, 0))
    screen.paste(frame, (left, top))
    return screen


def encoder_square(image, side):
    """torchvision's Resize (short side, bicubic) and CenterCrop, as CLIP has them."""
    width, height = image.size
    longest = MAXIMUM_ASPECT * min(width, height)
    if max(width, height) > longest:
        left, top = max(0, (width - longest) // 2), max(0, (height - longest) // 2)
        image = image.crop((left, top, width - left, height - top))
        width, height = image.size
    if width <= height:
        size = (side, int(side * height / width))
    else:
        size = (int(side * width / height), side)
    image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    return image.crop((left, top, left + side, top + side))


def reference(path, side, out):
    try:
        image = opened(path)
        levels = CMYK_LEVELS if image.mode == "CMYK" else LEVELS
        encoder_square(srgb(eight_bits(upright(whole_screen(image)))), side).save(out)
        return {"levels": levels}
    except Unclear as reason:
        return {"unclear": str(reason)}
    except MemoryError:
        return {"refused": "out of memory"}
    except Exception as error:  # noqa: BLE001 (whatever a decoder throws)
        return {"refused": f"{type(error).__name__}: {error}".replace(f" {path!r}", "").split("\n")[0][:200]}


def child(index, path, side, folder):
    resource.setrlimit(resource.RLIMIT_CPU, (MAXIMUM_SECONDS, MAXIMUM_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MAXIMUM_MEMORY, MAXIMUM_MEMORY))
    # Decoders write to standard error as they please.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    answer = {"index": index, **reference(path, side, os.path.join(folder, f"{index}.png"))}
    os.write(1, (json.dumps(answer) + "\n").encode())
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    pillow_heif.register_heif_opener()
    paths = [os.fsdecode(path) for path in sys.stdin.buffer.read().split(b"\0") if path]
    running = {}
    for index, path in enumerate(paths):
        if len(running) >= (os.cpu_count() or 1):
            ended(running)
        if process := os.fork():
            running[process] = index
        else:
            child(index, path, arguments.side, arguments.out)
    while running:
        ended(running)


def ended(running):
    process, status = os.wait()
    index = running.pop(process)
    if status != 0:
        print(json.dumps({"index": index, "refused": f"ended by signal {status & 127}"}), flush=True)


main()
