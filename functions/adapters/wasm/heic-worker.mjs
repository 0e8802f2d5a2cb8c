// Decodes one HEIC by libheif, in a process of its own: translation.ts starts it. What it sends is a TIFF of the primary
// picture: upright and cut as the container says, RGB or RGB and alpha, with the ICC profile.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { answerOnThread } from '../sandbox/decoding-worker.mjs';
import { tiffHead } from './tiff-head.mjs';

/** enum heif_chroma, heif_channel, heif_error_code of libheif 1.23. */
const INTERLEAVED_RGB = 10;
const INTERLEAVED_RGBA = 11;
const COLORSPACE_RGB = 1;
const CHANNEL_INTERLEAVED = 10;
const PROBLEMS = { 3: 'unsupported', 4: 'unsupported', 6: 'too-much-memory' };
/** In enum heif_suberror_code: of a stream that is larger than its header says, which is damaged then. */
const SECURITY_LIMIT = 1000;
/** In enum heif_suberror_code: words for colours that the HEVC stream uses and nobody knows. All other warnings are of holes. */
const HARMLESS_WARNINGS = [133, 134, 135, 152];
const MAXIMUM_WARNINGS = 64;
const ERROR_BYTES = 12;
/** Rows are written in pieces of about this size. */
const PIECE_BYTES = 2 ** 20;

/** libheif stays a file of its own, as its licence, the LGPL, asks: anybody may put another build in its place. */
function loadLibheif() {
  const load = createRequire(import.meta.url);
  const path = (file) => load.resolve(`libheif-js/libheif-wasm/${file}`);
  const silent = () => {};
  return load(path('libheif.js'))({
    wasmBinary: readFileSync(path('libheif.wasm')),
    // Standard output is for the picture alone.
    print: silent,
    printErr: silent,
  });
}

await answerOnThread(import.meta.url, libheif, (heif, bytes) => {
  const handle = heif.primary(bytes);
  const { pointer, channels } = heif.decode(handle);
  const area = shownArea(heif.size(pointer));
  const { width, height } = area;
  const head = tiffHead({ width, height, channels, profile: heif.profile(handle) });
  return {
    header: { width, height, format: 'tiff', bytes: head.length + width * height * channels },
    pieces: function* () {
      yield head;
      yield* heif.rows(pointer, area, channels);
    },
  };
});

/** The part of the picture that the command line names, or all of it. */
function shownArea({ width, height }) {
  const instruction = process.argv[4];
  const crop = instruction ? JSON.parse(instruction) : { left: 0, top: 0, width, height };
  const fits = crop.left + crop.width <= width && crop.top + crop.height <= height;
  if (!fits) throw new Error(`its part of ${crop.width} x ${crop.height} is no part of ${width} x ${height}`);
  return crop;
}

/** The calls that are needed, of libheif's C interface. */
function libheif() {
  const lib = loadLibheif();
  const error = lib._malloc(ERROR_BYTES);
  const out = lib._malloc(4);
  // Memory moves when it grows.
  const view = () => new DataView(lib.HEAPU8.buffer);
  const outValue = () => view().getUint32(out, true);
  const text = (at) => Buffer.from(lib.HEAPU8.subarray(at, lib.HEAPU8.indexOf(0, at))).toString();
  const errorAt = (at) => {
    const [code, subcode] = [view().getInt32(at, true), view().getInt32(at + 4, true)];
    return { code, subcode, message: text(view().getUint32(at + 8, true)) };
  };
  const check = () => {
    const { code, subcode, message } = errorAt(error);
    if (code === 0) return;
    throw Object.assign(new Error(message), {
      problem: subcode === SECURITY_LIMIT ? undefined : PROBLEMS[code],
    });
  };
  /** A picture of which a tile is missing or broken is decoded with a hole, and a warning. */
  const checkWarnings = (image) => {
    const warnings = lib._malloc(MAXIMUM_WARNINGS * ERROR_BYTES);
    const count = lib._heif_image_get_decoding_warnings(image, 0, warnings, MAXIMUM_WARNINGS);
    for (let index = 0; index < count; index++) {
      const { subcode, message } = errorAt(warnings + index * ERROR_BYTES);
      if (!HARMLESS_WARNINGS.includes(subcode)) throw new Error(message);
    }
  };

  /** Another picture may be named as the primary one that is only its thumbnail. */
  const pictureOf = (context) => {
    lib._heif_context_get_primary_image_ID(error, context, out);
    check();
    const primary = outValue();
    if (lib._heif_context_is_top_level_image_ID(context, primary)) return primary;
    return lib._heif_context_get_list_of_top_level_image_IDs(context, out, 1) === 1 ? outValue() : primary;
  };

  return {
    primary(bytes) {
      const file = lib._malloc(bytes.length);
      lib.HEAPU8.set(bytes, file);
      const context = lib._heif_context_alloc();
      lib._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0);
      check();
      lib._heif_context_get_image_handle(error, context, pictureOf(context), out);
      check();
      return outValue();
    },
    decode(handle) {
      const channels = lib._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
      const chroma = channels === 4 ? INTERLEAVED_RGBA : INTERLEAVED_RGB;
      lib._heif_decode_image(error, handle, out, COLORSPACE_RGB, chroma, 0);
      check();
      const pointer = outValue();
      checkWarnings(pointer);
      return { pointer, channels };
    },
    size(image) {
      const width = lib._heif_image_get_width(image, CHANNEL_INTERLEAVED);
      return { width, height: lib._heif_image_get_height(image, CHANNEL_INTERLEAVED) };
    },
    profile(handle) {
      const bytes = lib._heif_image_handle_get_raw_color_profile_size(handle);
      if (bytes === 0) return undefined;
      const at = lib._malloc(bytes);
      lib._heif_image_handle_get_raw_color_profile(error, handle, at);
      check();
      return lib.HEAPU8.slice(at, at + bytes);
    },
    *rows(image, { left, top, width, height }, channels) {
      const plane = lib._heif_image_get_plane_readonly2(image, CHANNEL_INTERLEAVED, out);
      const stride = outValue();
      const rowBytes = width * channels;
      const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
      const piece = Buffer.alloc(rowsAtOnce * rowBytes);
      for (let row = 0; row < height; row += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, height - row);
        for (let index = 0; index < rows; index++) {
          const at = plane + (top + row + index) * stride + left * channels;
          piece.set(lib.HEAPU8.subarray(at, at + rowBytes), index * rowBytes);
        }
        // The same memory for each: it has been written when the next one is asked for.
        yield piece.subarray(0, rows * rowBytes);
      }
    },
  };
}
