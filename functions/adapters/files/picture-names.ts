import { extname } from 'node:path';

/** Extensions of pictures, those of unsupported formats too, so that none is passed over in silence. */
const IMAGE_EXTENSIONS = new Set(
  (
    '.jpg .jpeg .jpe .jfif .png .apng .webp .avif .avifs .heic .heics .heif .heifs .hif .jxl .gif .tif .tiff ' +
    '.svg .svgz .bmp .jp2 .psd ' +
    // Camera RAW.
    '.dng .gpr .cr2 .cr3 .crw .nef .nrw .arw .sr2 .srf .raf .orf .ori .rw2 .rwl .pef .srw .3fr .fff .iiq .mos ' +
    '.mef .erf .dcr .kdc .x3f .mrw'
  ).split(' '),
);

/** Folders that network storage, systems and archivers make beside pictures: thumbnails, bins and notes of their own. */
const SYSTEM_FOLDERS = new Set([
  '@eaDir', // Synology
  '#recycle',
  '#snapshot',
  '.@__thumb', // QNAP
  '@Recycle',
  '@Recently-Snapshot',
  '.thumbnails',
  '__MACOSX',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
]);
const SYSTEM_FILES = new Set(['Thumbs.db', 'ehthumbs.db', 'desktop.ini', '.DS_Store']);

/** Whether a file is taken for a picture, by its name. */
export function isImageName(name: string): boolean {
  // Where files may end in a space, some do.
  return IMAGE_EXTENSIONS.has(extname(name.trimEnd()).toLowerCase());
}

/** What a folder of this name is counted as when it is none of the user's; undefined for all others. */
export function systemFolder(name: string): string | undefined {
  return SYSTEM_FOLDERS.has(name) ? name : undefined;
}

/** What a file of this name is counted as when it is none of the user's; `._photo.jpg` holds a Mac's notes on `photo.jpg`. */
export function systemFile(name: string): string | undefined {
  if (name.startsWith('._')) return '._*';
  return SYSTEM_FILES.has(name) ? name : undefined;
}
