/** Media types of formats as image records name them; what is not here goes out as bytes of no known type. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  heic: 'image/heic',
  jxl: 'image/jxl',
  gif: 'image/gif',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
};

/** Pictures that browsers show and that hold no scripts, as SVGs do. */
const SHOWN = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/jxl', 'image/heic'];

/** What an object is sent as: by what its content was found to be, never by what its uploader said of it. */
export function mediaTypeOf(format: string | undefined): string {
  return (format !== undefined && MEDIA_TYPES[format]) || 'application/octet-stream';
}

/** Whether a picture may be opened in a tab of its own; everything else is saved to a file. */
export function isShownByBrowsers(mediaType: string): boolean {
  return SHOWN.includes(mediaType);
}
