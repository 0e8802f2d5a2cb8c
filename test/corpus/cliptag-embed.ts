import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What `cliptag embed --json` says of a file. */
export type EmbedAnswer =
  | { readonly path: string; readonly embedding: readonly number[] }
  | { readonly path: string; readonly status: 'unsupported' | 'failed'; readonly reason: string };

export interface EmbedRun {
  readonly answers: readonly EmbedAnswer[];
  /** The process crashed, hung, or left pictures out: how, and at which picture. */
  readonly faults: readonly string[];
}

export interface EmbedSettings {
  /** Cliptag's program, which Node runs. */
  readonly program: string;
  /** The run is ended, as a fault, when no picture's answer comes for so long. */
  readonly silentSeconds: number;
}

/** A command line may not be of any length. */
const PICTURES_A_RUN = 400;
/** Exit codes of a run that went well: all embedded, or some broken. */
const WELL = [0, 1];

/** Runs the real command line on pictures, many side by side as it does by itself. */
export async function cliptagEmbed(paths: readonly string[], settings: EmbedSettings): Promise<EmbedRun> {
  const answers: EmbedAnswer[] = [];
  const faults: string[] = [];
  for (let start = 0; start < paths.length; start += PICTURES_A_RUN) {
    const run = await embedSome(paths.slice(start, start + PICTURES_A_RUN), settings);
    answers.push(...run.answers);
    faults.push(...run.faults);
  }
  return { answers, faults };
}

async function embedSome(
  paths: readonly string[],
  { program, silentSeconds }: EmbedSettings,
): Promise<EmbedRun> {
  const child = spawn(process.execPath, [program, 'embed', '--json', ...paths], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<string | number | null>((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  const answers: EmbedAnswer[] = [];
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-500);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), silentSeconds * 1000);
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(JSON.parse(line) as EmbedAnswer);
    timer.refresh();
  }
  const ending = await closed;
  clearTimeout(timer);
  if (WELL.includes(Number(ending)) && answers.length === paths.length) return { answers, faults: [] };
  const next = paths[answers.length] ?? 'the end';
  return {
    answers,
    faults: [
      ending === 'SIGKILL'
        ? `no answer for ${silentSeconds} s, at ${next}`
        : `ended with ${ending}, at ${next}: ${complaint.trim()}`,
    ],
  };
}
