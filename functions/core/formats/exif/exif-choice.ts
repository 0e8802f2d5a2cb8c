/** What is recorded of a picture's EXIF: all that Cliptag reads, all but the place, or nothing. */
export const EXIF_CHOICES = ['all', 'without-place', 'none'] as const;
export type ExifChoice = (typeof EXIF_CHOICES)[number];
export const DEFAULT_EXIF_CHOICE: ExifChoice = 'all';
