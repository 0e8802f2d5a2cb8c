// Draws one SVG in a process of its own; drawing.ts starts it and says why. Pixels are RGB, 8 bit.
import sharp from 'sharp';
import { answer } from '../sandbox/decoding-worker.mjs';

// As in picture.ts.
sharp.concurrency(1);
sharp.cache(false);

await answer(async (svg) => {
  const open = () => sharp(svg, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels } = await open().metadata();
  const pixels = (drawn) =>
    open()
      .resize(drawn.width, drawn.height, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
  return { header: { width, height, channels }, pixels };
});
