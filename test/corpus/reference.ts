import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What Pillow makes of a picture: its pixels as the encoder takes them, or why there are none. */
export type Reference =
  /** `levels`: by how much, of 255 on average, a right decoder's pixels may be off. */
  | { readonly png: string; readonly levels: number }
  | { readonly refused: string }
  /** Read, but its numbers stand for no one picture. */
  | { readonly unclear: string };

type Answer = { readonly index: number } & (
  | { readonly levels: number }
  | { readonly refused: string }
  | { readonly unclear: string }
);

const PROGRAM = fileURLToPath(new URL('./reference.py', import.meta.url));

/**
 * Reference pixels of pictures, as squares of the encoder's side.
 *
 * @param python a Python that has what requirements.txt names
 * @param folder where the pixels go, each picture a PNG
 */
export async function references(
  paths: readonly string[],
  { python, side, folder }: { readonly python: string; readonly side: number; readonly folder: string },
): Promise<ReadonlyMap<string, Reference>> {
  const child = spawn(python, [PROGRAM, '--side', `${side}`, '--out', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // A program that does not start says so by its end.
  child.stdin.on('error', () => {}).end(paths.map((path) => `${path}\0`).join(''));
  const found = new Map<string, Reference>();
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as Answer;
    const path = paths[answer.index] ?? '';
    const png = join(folder, `${answer.index}.png`);
    found.set(path, 'levels' in answer ? { png, levels: answer.levels } : answer);
  }
  const code = await closed;
  if (code !== 0 || found.size !== paths.length) {
    throw new Error(
      `Expected ${paths.length} reference pictures but received ${found.size} and exit code ${code}`,
    );
  }
  return found;
}
