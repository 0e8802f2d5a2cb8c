import { z } from 'zod';

/** What a terminal has written, or a mark for people and programs that look for a place in it. */
export interface CastEvent {
  readonly seconds: number;
  readonly kind: 'output' | 'mark';
  readonly text: string;
}

/** All that a terminal has written, with its times. */
export interface Cast {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  readonly events: readonly CastEvent[];
}

/** Format: https://docs.asciinema.org/manual/asciicast/v2/ */
const headerSchema = z.object({
  version: z.literal(2),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  title: z.string(),
});
const eventSchema = z.tuple([z.number().nonnegative(), z.enum(['o', 'm']), z.string()]);

const MILLISECONDS = 1000;

/**
 * As a file that asciinema plays.
 *
 * @example
 * castText({ title: 'ls', columns: 80, rows: 24, events: [{ seconds: 0.1, kind: 'output', text: '$ ' }] })
 */
export function castText({ title, columns, rows, events }: Cast): string {
  const header = { version: 2, width: columns, height: rows, title };
  const lines = events.map(({ seconds, kind, text }) => [
    Math.round(seconds * MILLISECONDS) / MILLISECONDS,
    kind === 'output' ? 'o' : 'm',
    text,
  ]);
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function castOf(text: string): Cast {
  const [first, ...others] = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const { title, width, height } = headerSchema.parse(first);
  const events = others.map((line): CastEvent => {
    const [seconds, kind, data] = eventSchema.parse(line);
    return { seconds, kind: kind === 'o' ? 'output' : 'mark', text: data };
  });
  return { title, columns: width, rows: height, events };
}
