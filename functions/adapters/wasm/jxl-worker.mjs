// Decodes one JPEG XL by jxl-oxide, in a process of its own: translation.ts starts it. What it sends is a PNG of the first
// frame: upright, sRGB.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { initSync, JxlImage } from 'jxl-oxide-wasm';
import { answerOnThread } from '../sandbox/decoding-worker.mjs';

function loadJxlOxide() {
  const folder = dirname(createRequire(import.meta.url).resolve('jxl-oxide-wasm/package.json'));
  initSync({ module: readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm')) });
}

await answerOnThread(import.meta.url, loadJxlOxide, (_, bytes) => {
  try {
    return decoded(bytes);
  } catch (error) {
    throw typeof error === 'string' ? spoken(error) : error;
  }
});

function decoded(bytes) {
  const image = new JxlImage();
  image.forceSrgb = true;
  image.feedBytes(bytes);
  if (!image.tryInit() || image.numLoadedKeyframes === 0) throw truncated();
  if (!image.loaded && !image.animated) throw truncated();
  const { width, height } = image;
  const png = image.render(0).encodeToPng();
  return {
    header: { width, height, format: 'png', bytes: png.length },
    pieces: () => [png],
  };
}

/** jxl-oxide throws words: of CMYK, `unsupported colorspace`. */
function spoken(reason) {
  const problem = reason.startsWith('unsupported') ? 'unsupported' : 'unreadable';
  return Object.assign(new Error(reason), { problem });
}

function truncated() {
  const error = new Error('it ends early');
  error.problem = 'truncated';
  return error;
}
