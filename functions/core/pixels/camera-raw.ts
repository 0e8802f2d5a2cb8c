import { readTiffDirectory } from './tiff-directory.ts';

/** Tag numbers of TIFF 6.0, TIFF/EP (SubIFDs) and DNG 1.7. */
const TAG = { newSubfileType: 254, photometricInterpretation: 262, subIfds: 330, dngVersion: 50706 };
const REDUCED_RESOLUTION = 1;
/** Colour filter array (TIFF/EP) and LinearRaw (DNG). */
const SENSOR_DATA = [32803, 34892];

/**
 * Names the camera RAW format that a TIFF-like file is, or undefined for a picture. Tagging the thumbnail that such a
 * file carries instead of the photograph would be a silent loss.
 */
export function cameraRawName(bytes: Uint8Array): string | undefined {
  // Canon puts its own mark behind the TIFF header.
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return 'Canon RAW';
  const directory = readTiffDirectory(bytes);
  if (!directory) return undefined;
  if (directory.has(TAG.dngVersion)) return 'DNG';
  const photometric = directory.value(TAG.photometricInterpretation);
  if (photometric !== undefined && SENSOR_DATA.includes(photometric)) return 'camera RAW';
  // Nikon and Sony: the first directory is a thumbnail, and the sensor's data lie in a directory below it.
  const subfileType = directory.value(TAG.newSubfileType) ?? 0;
  return (subfileType & REDUCED_RESOLUTION) !== 0 && directory.has(TAG.subIfds) ? 'camera RAW' : undefined;
}
