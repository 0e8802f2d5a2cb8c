/** Bytes that files of some format start with, each character one byte; `.` stands for any byte. */
export interface Signature {
  readonly format: string;
  readonly starts: string;
}

/** Pictures, documents and films that are recognised but not accepted, by the names that users know. */
const KNOWN_SIGNATURES: readonly Signature[] = [
  // Two letters are too few to tell a bitmap from text: its reserved bytes are zero, or its second header has a known length.
  { format: 'BMP', starts: 'BM....\0\0\0\0' },
  { format: 'BMP', starts: 'BM............\x0c\0\0\0' },
  { format: 'BMP', starts: 'BM............\x10\0\0\0' },
  { format: 'BMP', starts: 'BM............\x28\0\0\0' },
  { format: 'BMP', starts: 'BM............\x40\0\0\0' },
  { format: 'BMP of OS/2', starts: 'BA............BM' },
  { format: 'BMP of OS/2', starts: 'BA............CI' },
  { format: 'BMP of OS/2', starts: 'BA............IC' },
  { format: 'BMP without its header (DIB)', starts: '\x28\0\0\0........\x01\0\x08\0' },
  { format: 'BMP without its header (DIB)', starts: '\x28\0\0\0........\x01\0\x18\0' },
  { format: 'BMP without its header (DIB)', starts: '\x28\0\0\0........\x01\0\x20\0' },
  { format: 'JPEG 2000', starts: '\0\0\0\x0cjP  ' },
  { format: 'JPEG 2000', starts: '\xff\x4f\xff\x51' },
  { format: 'JPEG XR', starts: 'II\xbc' },
  { format: 'JPEG XS', starts: '\xff\x10\xff\x50' },
  { format: 'JBIG2', starts: '\x97JB2\r\n\x1a\n' },
  { format: 'BPG', starts: 'BPG\xfb' },
  { format: 'FLIF', starts: 'FLIF' },
  { format: 'QOI', starts: 'qoif' },
  { format: 'farbfeld', starts: 'farbfeld' },
  { format: 'MNG', starts: '\x8aMNG\r\n\x1a\n' },
  { format: 'JNG', starts: '\x8bJNG\r\n\x1a\n' },

  // Editors.
  { format: 'Photoshop (PSB)', starts: '8BPS\0\x02' },
  { format: 'Photoshop (PSD)', starts: '8BPS' },
  { format: 'GIMP (XCF)', starts: 'gimp xcf' },
  { format: 'Paint Shop Pro', starts: 'Paint Shop Pro Image File\n\x1a' },
  { format: 'Paint.NET', starts: 'PDN3' },
  { format: 'Clip Studio Paint', starts: 'CSFCHUNK' },
  { format: 'ImageMagick (MIFF)', starts: 'id=ImageMagick' },
  { format: 'CorelDRAW', starts: 'RIFF....CDR' },

  // Icons and desktops.
  { format: 'ICO', starts: '\0\0\x01\0' },
  { format: 'Apple icon (ICNS)', starts: 'icns' },
  { format: 'animated cursor (ANI)', starts: 'RIFF....ACON' },
  { format: 'Windows metafile (WMF)', starts: '\xd7\xcd\xc6\x9a\0\0' },
  { format: 'Windows metafile (EMF)', starts: `\x01\0\0\0${'.'.repeat(36)} EMF` },
  { format: 'Apple PICT', starts: `${'\0'.repeat(512)}..........\0\x11\x02\xff` },
  { format: 'Apple PICT', starts: `${'\0'.repeat(512)}..........\x11\x01` },
  { format: 'PCX', starts: '\x0a\x05\x01\x08' },
  { format: 'PCX', starts: '\x0a\x05\x01\x01' },
  { format: 'PCX', starts: '\x0a\x05\x01\x04' },
  { format: 'PCX', starts: '\x0a\x05\x01\x02' },
  { format: 'DCX', starts: '\xb1\x68\xde\x3a' },
  { format: 'Microsoft Paint (MSP)', starts: 'DanM' },
  { format: 'Microsoft Paint (MSP)', starts: 'LinS' },
  { format: 'Amiga ILBM', starts: 'FORM....ILBM' },
  { format: 'Amiga ILBM', starts: 'FORM....PBM ' },
  { format: 'Sun raster', starts: '\x59\xa6\x6a\x95' },
  { format: 'SGI', starts: '\x01\xda\0\x01' },
  { format: 'SGI', starts: '\x01\xda\x01\x01' },
  { format: 'SGI', starts: '\x01\xda\0\x02' },
  { format: 'SGI', starts: '\x01\xda\x01\x02' },
  { format: 'Photo CD', starts: `${'.'.repeat(2048)}PCD_IPI` },

  // Films of high range, science, medicine.
  { format: 'OpenEXR', starts: 'v/1\x01' },
  { format: 'Radiance HDR', starts: '#?RADIANCE' },
  { format: 'Radiance HDR', starts: '#?RGBE' },
  { format: 'DPX', starts: 'SDPX' },
  { format: 'DPX', starts: 'XPDS' },
  { format: 'Cineon', starts: '\x80\x2a\x5f\xd7' },
  { format: 'Cineon', starts: '\xd7\x5f\x2a\x80' },
  { format: 'FITS', starts: 'SIMPLE  =' },
  { format: 'VICAR', starts: 'LBLSIZE=' },
  { format: 'DICOM', starts: `${'.'.repeat(128)}DICM` },
  { format: 'NIfTI', starts: `\x5c\x01\0\0${'.'.repeat(340)}n+1\0` },
  { format: 'NIfTI', starts: `\0\0\x01\x5c${'.'.repeat(340)}n+1\0` },
  { format: 'NIfTI', starts: '\x1c\x02\0\0n+2\0' },
  { format: 'Lytro', starts: '\x89LFP\r\n\x1a\n' },

  // Textures.
  { format: 'DDS', starts: 'DDS \x7c\0\0\0' },
  { format: 'KTX', starts: '\xabKTX ' },
  { format: 'ASTC', starts: '\x13\xab\xa1\x5c' },
  { format: 'PKM', starts: 'PKM 10' },
  { format: 'PKM', starts: 'PKM 20' },
  { format: 'PVR', starts: 'PVR\x03' },
  { format: 'VTF', starts: 'VTF\0' },
  { format: 'BLP', starts: 'BLP1' },
  { format: 'BLP', starts: 'BLP2' },

  // Documents.
  { format: 'PDF', starts: '%PDF-' },
  { format: 'EPS', starts: '\xc5\xd0\xd3\xc6' },
  { format: 'DjVu', starts: 'AT&TFORM' },

  // Films. QuickTime of old starts with any of its boxes.
  { format: 'AVI video', starts: 'RIFF....AVI ' },
  { format: 'Matroska or WebM video', starts: '\x1aE\xdf\xa3' },
  { format: 'MP4 or QuickTime video', starts: '....moov' },
  { format: 'MP4 or QuickTime video', starts: '....mdat' },
  { format: 'MP4 or QuickTime video', starts: '....wide' },
  { format: 'MP4 or QuickTime video', starts: '....pnot' },
  { format: 'FLIC animation', starts: '....\x11\xaf......\x08\0' },
  { format: 'FLIC animation', starts: '....\x12\xaf......\x08\0' },
  { format: 'Flash video', starts: 'FLV\x01' },
  { format: 'Windows Media video', starts: '\x30\x26\xb2\x75\x8e\x66\xcf\x11' },
  { format: 'MPEG video', starts: '\0\0\x01\xba' },
  { format: 'MPEG video', starts: '\0\0\x01\xb3' },
  { format: 'MPEG video', starts: `G${'.'.repeat(187)}G${'.'.repeat(187)}G` },
];

interface Pattern {
  readonly format: string;
  readonly pattern: RegExp;
}

/** Formats that are text, at least in their headers, by how that begins. */
const KNOWN_TEXTS: readonly Pattern[] = [
  { format: 'EPS', pattern: /^%!PS-Adobe-[\d.]+ EPSF/ },
  { format: 'PostScript', pattern: /^%!PS/ },
  { format: 'PBM', pattern: /^P[14]\s+(?:#|\d+\s+(?:#|\d))/ },
  { format: 'PGM', pattern: /^P[25]\s+(?:#|\d+\s+(?:#|\d))/ },
  { format: 'PPM', pattern: /^P[36]\s+(?:#|\d+\s+(?:#|\d))/ },
  { format: 'PAM', pattern: /^P7\n/ },
  { format: 'PFM', pattern: /^P[Ff]\s+\d+\s+\d+\s+-?[\d.]+/ },
  { format: 'IFUNC (IM)', pattern: /^(?:[A-Z][\w ]+: [^\r\n]*\r?\n)*Image type: / },
  { format: 'XBM', pattern: /^\s*(?:\/\*[\s\S]{0,160}?\*\/\s*)?#define\s+[\w-]+_width\s+\d/ },
  { format: 'XPM', pattern: /^\s*(?:\/\*\s*XPM\s*\*\/|! XPM2)/ },
];
/** What is looked at of a text. */
const TEXT_BYTES = 256;

/** The name of the known format that bytes look like. */
export function knownFormat(bytes: Uint8Array): string | undefined {
  const signature = KNOWN_SIGNATURES.find(({ starts }) => startsAs(bytes, starts));
  if (signature) return signature.format;
  const beginning = String.fromCharCode(...bytes.subarray(0, TEXT_BYTES));
  return KNOWN_TEXTS.find(({ pattern }) => pattern.test(beginning))?.format ?? unmarkedFormat(bytes);
}

/** Whether bytes start as `starts` says, each character one byte; `.` stands for any byte. */
export function startsAs(bytes: Uint8Array, starts: string): boolean {
  for (let index = 0; index < starts.length; index++) {
    if (starts[index] !== '.' && bytes[index] !== starts.charCodeAt(index)) return false;
  }
  return starts.length <= bytes.length;
}

const TGA_FOOTER = 'TRUEVISION-XFILE.\0';
const TGA_HEADER_BYTES = 18;
/** Palette, colours and grey; the same in run lengths. */
const TGA_KINDS = [1, 2, 3, 9, 10, 11];
const TGA_BITS = [8, 15, 16, 24, 32];

/** Formats that have no mark at their beginning: a cursor and a Targa file may have the same first four bytes. */
function unmarkedFormat(bytes: Uint8Array): string | undefined {
  if (startsAs(bytes, '\0\0\x02\0') && bytes[4] !== 0) return 'cursor (CUR)';
  const end = bytes.subarray(Math.max(0, bytes.length - TGA_FOOTER.length));
  return startsAs(end, TGA_FOOTER) || isTargaHeader(bytes) ? 'TGA' : undefined;
}

/** A header all of whose fields are as some writer writes them (Truevision TGA specification 2.0). */
function isTargaHeader(bytes: Uint8Array): boolean {
  if (bytes.length < TGA_HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [palette, kind] = [view.getUint8(1), view.getUint8(2)];
  const isPaletteFit = palette === 1 ? TGA_BITS.includes(view.getUint8(7)) : isEmptyPalette(view);
  const isSized = view.getUint16(12, true) > 0 && view.getUint16(14, true) > 0;
  const isKnown = TGA_KINDS.includes(kind) && TGA_BITS.includes(view.getUint8(16));
  // The highest two bits are for interleaving, which nobody has used.
  return palette < 2 && isPaletteFit && isSized && isKnown && view.getUint8(17) < 64;
}

function isEmptyPalette(view: DataView): boolean {
  return view.getUint32(3, true) === 0;
}
