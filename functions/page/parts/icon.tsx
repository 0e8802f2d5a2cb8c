/** Drawings of 24 × 24, lines only. They decorate: what they stand for is said in words beside them. */
const PATHS = {
  photos: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  duplicates: 'M8 8h12v12H8zM16 8V4H4v12h4',
  problems: 'M12 4 2.800 19.500h18.400zM12 10v4.500M12 17.300h.01',
  status: 'M3 12h4l3-7 4 14 3-7h4',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  search: 'M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500 21 21',
  close: 'M5.500 5.500l13 13M18.500 5.500l-13 13',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  system: 'M3 5h18v11H3zM8.500 20h7M12 16v4',
  tag: 'M4 4h8l8.500 8.500-8 8L4 12zM8 8h.01',
  labels: 'M4 7h16M7 12h10M10 17h4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  check: 'M5 12.500l5 5 9-11',
  download: 'M12 4v12M7 11l5 5 5-5M4 16v4h16v-4',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  similar: 'M8.500 4.500a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM15.500 9.500a5 5 0 1 1 0 10 5 5 0 0 1 0-10z',
  info: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 11v5.500M12 7.700h.01',
  retry: 'M20 5v5h-5M19.500 10A8 8 0 1 0 20 14',
  camera: 'M3 7.500h4.500L9 5h6l1.500 2.500H21V19H3zM12 9.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z',
  place:
    'M12 21s-7-6.500-7-11.500a7 7 0 0 1 14 0C19 14.500 12 21 12 21zM12 7.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  time: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5l3.500 2',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  leave: 'M14 4h6v16h-6M3 12h11M7 8l-4 4 4 4',
  folder: 'M3 6h6l2 2.500h10V19H3z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
