import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { svg } from '../fixtures/pictures.ts';
import { meanDifference } from '../fixtures/pixel-checks.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const SIDE = 224;
/** Drawn by librsvg with this font, and looked at. */
const EXPECTED = join(import.meta.dirname, '../fixtures/drawn-text.png');
const decoder = sharpPixelDecoder();

async function drawnText(text: string, attributes = ''): Promise<Uint8Array> {
  const drawing = svg(
    `<text x="5" y="60" ${attributes}>${text}</text>`,
    'viewBox="0 0 100 100" font-size="36"',
  );
  return (await decoder.decode(drawing, { size: SIDE, resize: 'bicubic' })).data;
}

const differs = async (left: Promise<Uint8Array>, right: Promise<Uint8Array>) =>
  !Buffer.from(await left).equals(await right);

describe('text in a drawing', () => {
  let plain: Promise<Uint8Array>;
  beforeAll(() => {
    plain = drawnText('Stop');
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('is drawn in DejaVu Sans: Latin, Greek, Cyrillic, Hebrew and symbols', async () => {
    const scripts = await drawnText(
      'SẞΩЖ<tspan x="5" dy="28">שש</tspan><tspan dx="9">☂</tspan>',
      'font-size="25"',
    );
    const expected = await sharp(EXPECTED).raw().toBuffer();
    expect(meanDifference(scripts, expected)).toBeLessThan(0.5);
  });

  it('looks the same whatever fonts the machine and the user have', async () => {
    await plain;
    const folder = await temporaryFolder();
    const config = join(folder, 'fonts.conf');
    await writeFile(config, `<fontconfig><dir>${folder}</dir><cachedir>${folder}</cachedir></fontconfig>`);
    vi.stubEnv('FONTCONFIG_FILE', config);
    vi.stubEnv('FONTCONFIG_PATH', folder);
    vi.stubEnv('HOME', folder);
    expect(await differs(drawnText('Stop'), plain)).toBe(false);
  });

  it('is the English one of several, whatever language the machine has', async () => {
    vi.stubEnv('LANG', 'de_DE.UTF-8');
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    const inLanguage = ([language, text]: readonly [string, string]) =>
      `<g systemLanguage="${language}"><text x="5" y="60">${text}</text></g>`;
    const texts = [['de', 'Halt'] as const, ['en', 'Stop'] as const].map(inLanguage).join('');
    const drawing = svg(`<switch>${texts}</switch>`, 'viewBox="0 0 100 100" font-size="36"');
    const drawn = await decoder.decode(drawing, { size: SIDE, resize: 'bicubic' });
    expect(Buffer.from(drawn.data).equals(await plain)).toBe(true);
  });

  it.each(['serif', 'monospace', 'Arial', 'No Such Font'])(
    'has one font for all families: %s',
    async (family) => {
      expect(await differs(drawnText('Stop', `font-family="${family}"`), plain)).toBe(false);
    },
  );

  it.each(['font-weight="bold"', 'font-weight="600"', 'font-style="italic"'])('shows %s', async (style) => {
    expect(await differs(drawnText('Stop', style), plain)).toBe(true);
  });
});
