/** What TIFF's numbers for compressions and kinds of colour are called (libtiff's tiff.h), as an error names them. */

const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32766: 'NeXT',
  32809: 'ThunderScan',
  32895: 'IT8 CT',
  32896: 'IT8 line work',
  32897: 'IT8 monochrome',
  32898: 'IT8 binary line work',
  32908: 'PixarFilm',
  32909: 'PixarLog',
  32947: 'DCS',
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  33007: 'PNG',
  34661: 'JBIG',
  34663: 'JBIG2',
  34676: 'SGI LogLuv',
  34677: 'SGI LogLuv 24',
  34712: 'JPEG 2000',
  34713: 'Nikon NEF',
  34715: 'JBIG2',
  34887: 'LERC',
  34892: 'lossy DNG',
  34925: 'LZMA',
  34926: 'Zstandard',
  34927: 'WebP',
  34933: 'PNG',
  34934: 'JPEG XR',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

const PHOTOMETRICS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  9: 'ICC L*a*b* colours',
  10: 'ITU L*a*b* colours',
  32803: 'a colour filter array',
  32844: 'CIE LogL brightness',
  32845: 'CIE LogLuv colours',
  34892: 'linear sensor data',
  51177: 'a depth map',
  52527: 'a photometric mask',
};

export function tiffCompressionName(compression: number): string {
  const name = COMPRESSIONS[compression];
  return name ? `compressed as ${name}` : `of an unknown compression (${compression})`;
}

export function tiffPhotometricName(photometric: number): string {
  return `of ${PHOTOMETRICS[photometric] ?? `an unknown kind of colour (${photometric})`}`;
}
