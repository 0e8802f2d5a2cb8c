import { openInBrowser } from '../../terminal/browser.ts';
import { styled } from '../../terminal/colours.ts';
import { type Keyboard, openKeyboard } from '../../terminal/keyboard.ts';
import { type Show, withLiveLine } from '../../terminal/live-line.ts';
import type { Output } from '../../terminal/output.ts';
import type { LiveCounts } from '../page.ts';
import { liveStatusText } from './live-status.ts';
import { outcomeLines } from './outcome-lines.ts';

export interface StartTerminalOptions {
  /** The page's address, which lets one browser in. */
  readonly pageAddress: () => URL;
  readonly counts: () => Promise<LiveCounts>;
  readonly retag: () => void;
  readonly stop: () => void;
  readonly output: Output;
}

/** The terminal of a pipeline that runs: its keys, its live line, and lines about pictures. */
export interface StartTerminal {
  /** Prints what became of a picture. */
  outcome(line: string): void;
  /** From now on the live line is shown. */
  showStatus(): void;
  close(): Promise<void>;
}

const STATUS_MILLISECONDS = 500;

/** The longest that fits is shown. */
const KEYS_HINTS = ['o page  r retag  q quit  ? help', 'o page  r retag  q quit', '? keys'];
const KEYS_HELP = [
  '  o  opens the page in a browser',
  '  r  tags all pictures anew by the label sets in use',
  '  q  quits, as Ctrl-C does; what waits is tagged at the next start',
  '  ?  shows this',
];

/**
 * Keys and the live line are for a terminal in whose foreground this process is. Elsewhere (in the background, in a file, under a
 * service manager) there is a line for each picture, and nothing else.
 */
export function openStartTerminal(options: StartTerminalOptions): StartTerminal {
  const { output, counts } = options;
  let show: Show = () => {};
  let isShown = false;
  let keyboard: Keyboard | undefined;
  const isLive = () => isShown && keyboard?.isTaken() === true && process.stderr.isTTY === true;
  const lines = outcomeLines({ isLive, print: (line) => void output.line(line) });

  async function draw(): Promise<void> {
    lines.look();
    if (!isLive()) return;
    const counted = await counts();
    const { stderr } = process;
    if (isLive()) show(styled('dim', liveStatusText(counted, KEYS_HINTS, stderr.columns), stderr));
  }

  const redraw = () => void draw().catch(() => {}); // the page tells why the images cannot be read
  const timer = setInterval(redraw, STATUS_MILLISECONDS);
  timer.unref();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const shown = withLiveLine((given) => {
    show = given;
    return ended;
  });
  keyboard = openKeyboard({
    onKey: (key) => act(key, options).catch((error: unknown) => output.remark(String(error))),
    onTaken: redraw,
    onReleased: () => show(undefined),
  });
  return {
    outcome: lines.take,
    showStatus() {
      isShown = true;
      redraw();
    },
    async close() {
      clearInterval(timer);
      isShown = false;
      keyboard?.close();
      end();
      await shown;
    },
  };
}

async function act(key: string, { pageAddress, retag, stop, output }: StartTerminalOptions): Promise<void> {
  if (key === 'q') stop();
  else if (key === 'r') {
    await output.line('Retagging …');
    retag();
  } else if (key === 'o') {
    const address = pageAddress();
    const isOpening = await openInBrowser(address);
    await output.line(
      isOpening ? `Opening ${address.origin} …` : `No browser could be opened here: ${address.origin}`,
    );
  } else if (key === '?' || key === 'h') {
    for (const line of KEYS_HELP) await output.line(line);
  }
}
