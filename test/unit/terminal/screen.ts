import xterm from '@xterm/headless';

/** A terminal of the emulator that VS Code has, and what stands on it. */
export function screen({ columns = 60, rows = 12 } = {}) {
  const emulator = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  const written: string[] = [];
  const stream = {
    ...{ isTTY: true, columns, rows },
    hasColors: () => true,
    once: () => stream,
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      emulator.write(text);
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  return {
    stream,
    written,
    /** Lines with something on them, as a person sees them. */
    async lines(): Promise<readonly string[]> {
      await new Promise<void>((resolve) => emulator.write('', resolve));
      const { active } = emulator.buffer;
      const all = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true));
      return all.filter((line) => line !== undefined && line !== '') as string[];
    },
  };
}

/** A stream that is no terminal. */
export function file() {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { stream: { isTTY: false, write } as unknown as NodeJS.WriteStream, written };
}
