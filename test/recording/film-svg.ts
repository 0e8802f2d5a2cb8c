import type { Film, Shot } from './film.ts';
import type { Run } from './screens.ts';

const FONT_SIZE = 12.5;
/** Six tenths of the size, which is about what fixed-width fonts have; texts are fitted to it. */
const CELL_WIDTH = 7.5;
const ROW_HEIGHT = 16;
const PADDING = 12;
const TITLE_HEIGHT = 22;
const GAP = 12;

/** Colours of GitHub's own pages, dark and light: each has a contrast of 4.5 and more with the ground. */
const DARK = {
  ground: '#0d1117',
  edge: '#30363d',
  text: '#e6edf3',
  dim: '#9198a1',
  red: '#ff7b72',
  green: '#3fb950',
  yellow: '#d29922',
  blue: '#58a6ff',
  magenta: '#bc8cff',
  cyan: '#39c5cf',
} as const;
const LIGHT: typeof PALETTE = {
  ground: '#ffffff',
  edge: '#d0d7de',
  text: '#1f2328',
  dim: '#59636e',
  red: '#cf222e',
  green: '#116329',
  yellow: '#7d4e00',
  blue: '#0969da',
  magenta: '#8250df',
  cyan: '#1b7c83',
};
const PALETTE: Readonly<Record<keyof typeof DARK, string>> = DARK;

/**
 * A film as an SVG of its own: texts that can be read aloud and selected, light or dark as the system is, and a still picture for whoever
 * wants no motion.
 */
export function filmSvg(
  film: Film,
  { title, about }: { readonly title: string; readonly about: string },
): string {
  const tops = topsOf(film);
  const columns = Math.max(...film.terminals.map((terminal) => terminal.columns));
  const width = columns * CELL_WIDTH + 2 * PADDING;
  const height = (tops.at(-1) ?? 0) - GAP;
  const times = new Map<string, number>();
  const body = film.shots.map((shot) => shotSvg(shot, tops[shot.terminal] ?? 0, film.seconds, times));
  const frames = film.terminals.map(
    ({ title: name, rows }, i) =>
      `<rect class="w" x=".5" y="${(tops[i] ?? 0) + 0.5}" width="${width - 1}" height="${heightOf(rows) - 1}" rx="6"/><text class="dim" x="${PADDING}" y="${(tops[i] ?? 0) + 16}">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(title)}</title>
<desc id="d">${escaped(about)}</desc>
<style>
${styleOf(film.seconds, times)}
</style>
${[...frames, ...body].join('\n')}
</svg>
`;
}

function heightOf(rows: number): number {
  return TITLE_HEIGHT + rows * ROW_HEIGHT + PADDING;
}

/** Where each terminal begins, and where one more would. */
function topsOf({ terminals }: Film): readonly number[] {
  const tops = [0];
  for (const { rows } of terminals) tops.push((tops.at(-1) ?? 0) + heightOf(rows) + GAP);
  return tops;
}

function shotSvg(
  { row, content, from, to, isStill }: Shot,
  top: number,
  seconds: number,
  times: Map<string, number>,
): string {
  const y = top + TITLE_HEIGHT + row * ROW_HEIGHT;
  const cursor =
    content.cursor === undefined
      ? ''
      : `<rect class="c" x="${xOf(content.cursor)}" y="${y + 2}" width="${CELL_WIDTH}" height="${ROW_HEIGHT - 2}"/>`;
  const texts = content.runs.map((run) => runSvg(run, y + ROW_HEIGHT - 4)).join('');
  if (from === 0 && to === seconds) return `${cursor}${texts}`;
  const key = `${percent(from, seconds)} ${percent(to, seconds)}`;
  const number = times.get(key) ?? times.size;
  times.set(key, number);
  return `<g class="f${isStill ? ' s' : ''} k${number}">${cursor}${texts}</g>`;
}

function runSvg({ column, cells, text, styles }: Run, y: number): string {
  const look = styles.length > 0 ? ` class="${styles.join(' ')}"` : '';
  const length = cells > 1 ? ` textLength="${cells * CELL_WIDTH}"` : '';
  return `<text${look} x="${xOf(column)}" y="${y}"${length}>${escaped(text)}</text>`;
}

function xOf(column: number): number {
  return PADDING + column * CELL_WIDTH;
}

function styleOf(seconds: number, times: ReadonlyMap<string, number>): string {
  const frames = [...times].map(([key, number]) => {
    const [from = '', to = ''] = key.split(' ');
    const end = to === '100%' ? '' : `${to}{visibility:hidden}`;
    const begin = from === '0%' ? '' : '0%{visibility:hidden}';
    return `.k${number}{animation-name:k${number}}@keyframes k${number}{${begin}${from}{visibility:visible}${end}}`;
  });
  const names = Object.keys(DARK).filter((name) => !['ground', 'edge', 'text'].includes(name));
  return [
    `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--text);white-space:pre}`,
    '.w{fill:var(--ground);stroke:var(--edge)}.c{fill:var(--dim);opacity:.6}.bold{font-weight:bold}',
    ...names.map((name) => `.${name}{fill:var(--${name})}`),
    `svg{${variables(DARK)}}`,
    `@media (prefers-color-scheme:light){svg{${variables(LIGHT)}}}`,
    '.f{visibility:hidden}.s{visibility:visible}',
    `@media (prefers-reduced-motion:no-preference){.f{animation:${seconds}s step-end infinite}`,
    ...frames,
    '}',
  ].join('\n');
}

function variables(palette: typeof PALETTE): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

function percent(time: number, seconds: number): string {
  return `${Number(((100 * time) / seconds).toFixed(2))}%`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
