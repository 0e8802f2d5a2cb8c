import xterm from '@xterm/headless';
import type { Cast } from './cast.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Cells side by side that look alike. */
export interface Run {
  readonly column: number;
  /** How many cells it takes. */
  readonly cells: number;
  readonly text: string;
  readonly styles: readonly Style[];
}

/** A row of a terminal as people see it. */
export interface Row {
  readonly runs: readonly Run[];
  /** Where the cursor stands, if it stands in this row. */
  readonly cursor: number | undefined;
}

/** What a terminal showed from a time on. */
export interface Screen {
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** What is written within so short a time is seen at once. */
const AT_ONCE_SECONDS = 0.06;

/** The second to the seventh of the eight colours of ECMA-48. */
const COLOURS: readonly (Style | undefined)[] = [
  undefined,
  ...(['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const),
];

/** Every screen that a terminal showed, by the emulator that VS Code has. */
export async function screensOf(cast: Cast): Promise<readonly Screen[]> {
  const emulator = emulatorOf(cast);
  const outputs = cast.events.filter(({ kind }) => kind === 'output');
  const screens: Screen[] = [];
  let since = 0;
  for (const [at, { seconds, text }] of outputs.entries()) {
    await written(emulator, text);
    const next = outputs[at + 1]?.seconds ?? Number.POSITIVE_INFINITY;
    if (next - since < AT_ONCE_SECONDS) continue;
    screens.push({ seconds, rows: rowsOf(emulator) });
    since = next;
  }
  emulator.dispose();
  return screens;
}

/** All that stood in a terminal in the end, what had left it above included; a line is one, however wide. */
export async function transcriptOf(cast: Cast): Promise<readonly string[]> {
  const emulator = emulatorOf(cast);
  for (const { kind, text } of cast.events) if (kind === 'output') await written(emulator, text);
  const { active } = emulator.buffer;
  const lines: string[] = [];
  for (let at = 0; at < active.length; at++) {
    const line = active.getLine(at);
    const isFilled = active.getLine(at + 1)?.isWrapped === true;
    const text = line?.translateToString(!isFilled) ?? '';
    if (line?.isWrapped) lines.push(`${lines.pop() ?? ''}${text}`);
    else lines.push(text);
  }
  emulator.dispose();
  return lines.join('\n').trimEnd().split('\n');
}

function emulatorOf({ columns, rows }: Cast): xterm.Terminal {
  return new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
}

function written(emulator: xterm.Terminal, text: string): Promise<void> {
  return new Promise((resolve) => emulator.write(text, resolve));
}

function rowsOf({ buffer: { active }, rows }: xterm.Terminal): readonly Row[] {
  return Array.from({ length: rows }, (_, row) => ({
    runs: runsOf(active.getLine(active.baseY + row)),
    cursor: active.cursorY === row ? active.cursorX : undefined,
  }));
}

function runsOf(line: xterm.IBufferLine | undefined): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; line && column < line.length; column++) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const [text, styles, cells] = [cell.getChars() || ' ', stylesOf(cell), cell.getWidth()];
    const last = runs.at(-1);
    if (last && String(last.styles) === String(styles)) {
      runs.splice(-1, 1, { ...last, text: last.text + text, cells: last.cells + cells });
    } else runs.push({ column, cells, text, styles });
  }
  return runs.flatMap(words);
}

/** Texts between gaps of two spaces and more: each gets a place of its own, so that columns stay columns in any font. */
function words({ column, text, cells, styles }: Run): readonly Run[] {
  // Wide characters take two cells; nothing that is recorded has any.
  if (text.length !== cells) return [{ column, text, cells, styles }];
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ index, 0: word }) => ({
    ...{ column: column + index, text: word, cells: word.length, styles },
  }));
}

function stylesOf(cell: xterm.IBufferCell): readonly Style[] {
  const colour = cell.isFgPalette() ? COLOURS[cell.getFgColor() % 8] : undefined;
  return [
    ...(cell.isBold() ? (['bold'] as const) : []),
    ...(cell.isDim() ? (['dim'] as const) : []),
    ...(colour === undefined ? [] : [colour]),
  ];
}
