/** What a profile is for, and the colours that it is of (ICC.1:2022, 7.2.5 and 7.2.6). */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];
const COLOURS = ['RGB ', 'GRAY', 'CMYK'];
const HEADER_BYTES = 128;

/** Whether an ICC profile can be that of a picture's samples: not, say, one of L*a*b* or XYZ, which would be taken for RGB. */
export function isPictureProfile(profile: Uint8Array | undefined): boolean {
  if (!profile || profile.length < HEADER_BYTES) return false;
  const signature = (at: number) => String.fromCharCode(...profile.subarray(at, at + 4));
  return CLASSES.includes(signature(12)) && COLOURS.includes(signature(16));
}
