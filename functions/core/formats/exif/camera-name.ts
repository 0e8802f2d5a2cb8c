import type { ExifDirectory } from './exif-block.ts';
import { exifText } from './exif-text.ts';

const MAKE = 271;
const MODEL = 272;
/** Each; the longest of known cameras have about 40. */
const MAXIMUM_BYTES = 64;
/** What companies are called behind the name that people know. */
const COMPANY_WORDS =
  /[\s,]+(corporation|corp|company|co|ltd|inc|gmbh|ag|s\.?a|imaging|camera|optical|electric|techwin|electronics|technologies|digital|international|mobile communications)\.?,?$/i;

/**
 * The camera as people call it, of maker and model: `Canon` and `Canon EOS R5` are `Canon EOS R5`, `NIKON CORPORATION` and
 * `NIKON D850` are `NIKON D850`.
 */
export function cameraName(main: ExifDirectory): string | undefined {
  const maker = shortMaker(exifText(main, MAKE, MAXIMUM_BYTES) ?? '');
  const model = exifText(main, MODEL, MAXIMUM_BYTES) ?? '';
  const [firstWord = ''] = words(model);
  if (maker === '' || words(maker).includes(firstWord)) return model || maker || undefined;
  return `${maker} ${model}`.trim();
}

function shortMaker(maker: string): string {
  const shorter = maker.replace(COMPANY_WORDS, '');
  return shorter === maker ? maker : shortMaker(shorter);
}

function words(text: string): string[] {
  return text.toLowerCase().split(/[\s_-]+/);
}
