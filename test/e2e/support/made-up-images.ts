import type { ApiImage } from '../../../functions/api/contract.ts';

const SETS = {
  general: [
    'beach',
    'mountain',
    'dog',
    'cat',
    'golden retriever',
    'city',
    'night',
    'food',
    'flower',
    'people',
    'sea',
    'snow',
  ],
  mood: ['calm', 'lively', 'night', 'warm'],
} as const;
const CAMERAS = ['Canon EOS R5', 'FUJIFILM X-T4', 'Apple iPhone 15', undefined];
const SHAPES = [
  [3000, 2000],
  [2000, 3000],
  [4000, 3000],
  [3000, 3000],
  [4000, 2250],
  [6000, 2000],
] as const;

/** The same picture for the same number. */
export function madeUpImage(number: number): ApiImage {
  const random = (salt: number) => (((number + 1) * 2_654_435_761 + salt * 40_503) >>> 0) % 1_000;
  const [width, height] = SHAPES[random(1) % SHAPES.length] ?? [3000, 2000];
  const day = new Date(Date.UTC(2026, 5, 20) - Math.floor(number / 9) * 86_400_000 - random(2) * 60_000);
  const isFailed = number % 211 === 40;
  const labels = Object.entries(SETS).flatMap(([set, names], at) => {
    const first = random(3 + at) % names.length;
    const count = at === 0 ? 1 + (random(5) % 3) : random(6) % 2;
    return Array.from({ length: count }, (_, place) => ({
      set,
      label: names[(first + place * 5) % names.length] ?? '',
      score: Math.max(0.3, 0.97 - place * 0.15 - random(7) / 5_000),
    }));
  });
  return {
    bucket: 'photos',
    key: `2026/holiday-${String(number).padStart(6, '0')}.jpg`,
    status: isFailed ? 'failed' : 'tagged',
    ...(isFailed && { reason: 'Expected a whole JPEG but its data ends early.', reasonCode: 'truncated' }),
    ...{ eTag: `e${number}`, sizeBytes: 400_000 + random(8) * 4_000, format: 'jpeg' },
    ...(!isFailed && { width, height, colour: `#${hue(number)}` }),
    tags: isFailed || number % 17 === 5 ? [] : labels,
    recordedAt: new Date(Date.UTC(2026, 5, 21)).toISOString(),
    takenAt: day.toISOString().slice(0, 19),
    ...(CAMERAS[random(9) % 4] !== undefined && { camera: CAMERAS[random(9) % 4] }),
    ...(number % 3 === 0 && { latitude: 48.8584 - number / 1e4, longitude: 2.2945 + number / 1e4 }),
  };
}

function hue(number: number): string {
  const part = (shift: number) => Math.round(120 + 70 * Math.sin(number * 0.7 + shift));
  return [0, 2, 4].map((shift) => part(shift).toString(16).padStart(2, '0')).join('');
}

/** A picture that says which it is. */
export function drawing({ width = 400, height = 300, colour = '#888888', key }: ApiImage): string {
  const y = height * 0.68;
  const number = Number(/\d{4,}/.exec(key)?.[0] ?? 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width / 8}" height="${height / 8}"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#fff" stop-opacity=".55"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient></defs><rect width="${width}" height="${height}" fill="${colour}"/><rect width="${width}" height="${height}" fill="url(#g)"/><circle cx="${width * (0.2 + (number % 7) / 10)}" cy="${height * 0.3}" r="${height * 0.09}" fill="#fff8dc"/><path d="M0 ${y}L${width * 0.3} ${height * 0.4}L${width * 0.5} ${y * 0.95}L${width * 0.72} ${height * 0.5}L${width} ${y}V${height}H0z" fill="#0004"/><rect y="${height * 0.8}" width="${width}" height="${height * 0.2}" fill="#0003"/></svg>`;
}
