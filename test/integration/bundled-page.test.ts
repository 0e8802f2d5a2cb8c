import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundlePage } from '../../functions/adapters/esbuild/bundled-page.ts';

/** What a browser has to load before it shows anything, compressed. */
const MAXIMUM_BYTES = { js: 66_000, css: 10_000 };

it('the page is small', async () => {
  const { files } = await bundlePage();
  for (const [extension, maximum] of Object.entries(MAXIMUM_BYTES)) {
    const parts = [...files].filter(([name]) => name.endsWith(`.${extension}`));
    const bytes = parts.reduce((sum, [, content]) => sum + gzipSync(content).length, 0);
    expect(bytes, extension).toBeGreaterThan(1_000);
    expect(bytes, extension).toBeLessThan(maximum);
  }
});
