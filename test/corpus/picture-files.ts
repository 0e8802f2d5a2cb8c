import { createHash } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Extensions of pictures of every kind, read by Cliptag or not: what it calls unsupported is looked at as well. */
const PICTURE_EXTENSIONS = new Set(
  (
    'jpg jpeg jpe jfif jps mpo png apng webp avif avifs gif tif tiff btf tf8 svg svgz heic heif hif heics heifs jxl ' +
    'cr2 cr3 crw nef nrw arw sr2 srf dng raf orf rw2 pef x3f srw 3fr erf mrw kdc dcr iiq mef mos raw ' +
    'bmp dib ico cur icns qoi ppm pgm pbm pnm pam pfm pcx dcx tga dds eps ps pdf psd psb jp2 j2k j2c jpf jls ' +
    'hdr exr ff iff lbm sgi rgb rgba bw ras xbm xpm wal fits fit fli flc msp im mng jng pict pct wmf emf dpx'
  )
    .split(' ')
    .map((extension) => `.${extension}`),
);

/** The pictures of a folder, at any depth, by path. Links are not followed, nor hidden folders such as `.git` entered. */
export async function pictureFiles(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.')) paths.push(...(await pictureFiles(path)));
    else if (entry.isFile() && isPicture(entry.name) && !(await isPointer(path))) paths.push(path);
  }
  return paths.sort();
}

function isPicture(name: string): boolean {
  return PICTURE_EXTENSIONS.has(extname(name).toLowerCase());
}

const POINTER = 'version https://git-lfs';

/** What Git LFS leaves in a clone where it is not installed. */
async function isPointer(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(POINTER.length), 0, POINTER.length, 0);
    return buffer.toString('latin1') === POINTER;
  } finally {
    await file.close();
  }
}

export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
