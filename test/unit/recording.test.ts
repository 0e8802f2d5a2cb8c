import { readFile, stat } from 'node:fs/promises';
import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../fixtures/documents.ts';
import { type Cast, castOf, castText } from '../recording/cast.ts';
import { filmOf } from '../recording/film.ts';
import { filmSvg } from '../recording/film-svg.ts';
import { FILM_SECONDS, FIRST_MINUTE, sessionSvg, sessionText } from '../recording/first-minute.ts';
import { transcriptOf } from '../recording/screens.ts';
import { STEPS } from '../recording/session.ts';
import { timelineOf } from '../recording/timeline.ts';

const ESCAPE = '\u001b';

function castWith(...texts: ReadonlyArray<readonly [seconds: number, text: string]>): Cast {
  const events = texts.map(([seconds, text]) => ({ seconds, kind: 'output', text }) as const);
  return { title: 'Terminal', columns: 20, rows: 3, events };
}

describe('the recording that README shows', () => {
  let casts: readonly Cast[];
  let svg: string;
  beforeAll(async () => {
    casts = await Promise.all(FIRST_MINUTE.casts.map(async (path) => castOf(await readFile(path, 'utf8'))));
    svg = await readFile(FIRST_MINUTE.svg, 'utf8');
  });

  it('is what is drawn and written of its casts', async () => {
    expect(svg).toBe(await sessionSvg(casts));
    expect(await readFile(FIRST_MINUTE.text, 'utf8')).toBe(await sessionText(casts));
  });

  it('shows the commands of the session, in their order', async () => {
    const lines = (await Promise.all(casts.map(transcriptOf))).flat();
    const typed = lines.flatMap((line) => /^\$ (.+)/.exec(line)?.[1] ?? []);
    const ofTerminal = (terminal: number) =>
      STEPS.filter((step) => step.terminal === terminal && step.types !== '' && !step.isKey);
    expect(typed).toEqual([...ofTerminal(0), ...ofTerminal(1)].map(({ types }) => types));
  });

  it('is small, well formed, and has nothing of the machine that it was made on', async () => {
    for (const path of [...FIRST_MINUTE.casts, FIRST_MINUTE.svg])
      expect((await stat(path)).size).toBeLessThan(150_000);
    new SaxesParser({ xmlns: true }).write(svg).close();
    const all = [svg, ...casts.map(castText)].join('\n');
    expect(all).not.toMatch(/\/(?:tmp|root|home|Users|var)\/|registry|bash-\d/);
  });

  it('plays twenty seconds, light and dark, and stands still for whoever wants no motion', () => {
    expect(FILM_SECONDS).toBe(20);
    expect(svg).toContain(`animation:${FILM_SECONDS}s `);
    expect(svg).toContain('@media (prefers-color-scheme:light)');
    // Outside of this query nothing moves.
    expect(svg.slice(0, svg.indexOf('@media (prefers-reduced-motion:no-preference)'))).not.toContain(
      'animation',
    );
    const still = [...svg.matchAll(/<g class="f s [^>]*>(.*)<\/g>/g)].map(([, text]) => text).join('\n');
    expect(still).toContain('cat.heic');
    expect(still).toContain('http://127.0.0.1:3000');
    expect(svg).toMatch(/<title id="t">[^<]+<\/title>\n<desc id="d">[^<]+</);
  });
});

describe('the badges of README', () => {
  it('say what package.json says', async () => {
    const { license, engines } = (await import('../../package.json', { with: { type: 'json' } })).default;
    const badges = [...readRepositoryFile('README.md').matchAll(/!\[([^\]]+)\]\(https:\/\/img[^)]+\)/g)];
    expect(badges.map(([, text]) => text)).toEqual([
      `Licence: ${license}`,
      `Node.js: ${engines.node.replace('>=', '')} or newer`,
    ]);
  });
});

describe('a recording', () => {
  it('is read as it was written', () => {
    const cast = castWith([0.5, `${ESCAPE}[1mä${ESCAPE}[22m\r\n`], [1.25, '"\\']);
    expect(castOf(castText(cast))).toEqual(cast);
  });

  it('rejects what is no asciicast of version 2', () => {
    expect(() => castOf('{"version":3}')).toThrow();
    expect(() => castOf('{"version":2,"width":80,"height":24,"title":""}\n[-1,"o",""]')).toThrow();
  });

  it('becomes text with lines that were wider than the terminal', async () => {
    const cast = castWith([0, 'a line of more than twenty letters\r\n'], [1, 'x\r\ny\r\nz\rZ']);
    expect(await transcriptOf(cast)).toEqual(['a line of more than twenty letters', 'x', 'y', 'Z']);
  });

  it('shows each row for as long as it stood, and letters in their colours', async () => {
    const cast = castWith([1, `${ESCAPE}[36mone  <&>${ESCAPE}[39m\r\n`], [2, `${ESCAPE}[Atwo\r\n`]);
    const film = await filmOf([cast], 4);
    const rows = film.shots.filter(({ row }) => row === 0);
    expect(rows.map(({ from, to, content }) => [from, to, content.runs.map(({ text }) => text)])).toEqual([
      [1, 2, ['one', '<&>']],
      [2, 4, ['two', '<&>']],
    ]);
    const svg = filmSvg(film, { title: 'a & b', about: '' });
    expect(svg).toContain('<title id="t">a &amp; b</title>');
    expect(svg).toMatch(/<text class="cyan"[^>]*>&lt;&amp;&gt;<\/text>/);
    new SaxesParser({ xmlns: true }).write(svg).close();
  });

  it('cuts long waits, and keeps the order', () => {
    const { at } = timelineOf([1, 2, 62, 63], 9);
    expect([0, 1, 2, 62, 63].map(at)).toEqual([0, 1, 2, 4.5, 5.5].map((time) => (time * 7) / 5.5));
  });
});
