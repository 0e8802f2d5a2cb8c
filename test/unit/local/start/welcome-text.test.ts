import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaggingOutcome } from '../../../../functions/core/tagging/tag-image.ts';
import {
  linesToTry,
  networkLines,
  placeLines,
  sampleLines,
  trialModelLines,
  watchLines,
} from '../../../../functions/local/start/welcome-text.ts';

const places = {
  pageUrl: 'http://127.0.0.1:3000',
  s3Url: 'http://127.0.0.1:9000',
  dynamodbUrl: 'http://127.0.0.1:8000',
};
const local = { accessKeyId: 'local', secretAccessKey: 'local' };
const tag = { set: 'general', label: "ox's head", score: 0.9 };
const toTry = { ...places, credentials: local, file: 'a.png', tag };

describe('what a start says', () => {
  it('begins with the page', () => {
    expect(placeLines(places)).toEqual([
      '  Page      http://127.0.0.1:3000  pictures, search, uploads',
      '  S3        http://127.0.0.1:9000  bucket photos',
      '  DynamoDB  http://127.0.0.1:8000  table cliptag',
    ]);
  });

  it('shows the link with the token when it was made, and never again', () => {
    const access = { reach: { host: '0.0.0.0' }, token: 'secret-token' };
    expect(networkLines(access, places).join('\n')).not.toContain('secret-token');
    expect(networkLines({ ...access, newFile: '/data/access.env' }, places).slice(-2)).toEqual([
      '  Token and keys of this first start are in /data/access.env; this is not shown again:',
      '  http://127.0.0.1:3000/#token=secret-token (from other machines: with the address of this one)',
    ]);
  });

  it('shows the best tags of each sample, and how many there are besides', () => {
    const scores = { cat: 0.5, animal: 0.75, pet: 0.6, fur: 0.4, nose: 0.3 };
    const tags = Object.entries(scores).map(([label, score]) => ({ set: 'general', label, score }));
    const outcomes = [
      { object: { key: 'a.png' }, record: { tags } },
      { object: { key: 'none.jpg' }, record: { tags: [] } },
    ] as unknown as readonly TaggingOutcome[];
    expect(sampleLines(outcomes)).toEqual([
      '  Picture   Tags',
      '  a.png     animal 0.75, pet 0.60, cat 0.50, 2 more',
      '  none.jpg  no label fits',
    ]);
  });

  it('has lines to paste, and leads to a document that is there', () => {
    const lines = linesToTry(toTry);
    expect(lines.slice(0, 2)).toEqual([
      "  npx cliptag query --label 'ox'\\''s head'",
      "  npx cliptag search 'ox'\\''s head'",
    ]);
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
    expect(existsSync(lines.at(-1)?.split(': ').at(-1) ?? '')).toBe(true);
  });

  it('names the ports in them where they are others', () => {
    const others = { pageUrl: 'http://127.0.0.1:3001', dynamodbUrl: 'http://127.0.0.1:8001' };
    const [query, search] = linesToTry({ ...toTry, ...others, tag: undefined });
    expect(query).toBe('  npx cliptag query --label cat --dynamodb-port 8001 --http-port 3001');
    expect(search).toBe('  npx cliptag search cat --http-port 3001');
  });

  it('never shows a key that is a secret', () => {
    const text = linesToTry({ ...toTry, credentials: { accessKeyId: 'me', secretAccessKey: 's3cr3t' } }).join(
      '\n',
    );
    expect(text).not.toContain('s3cr3t');
    expect(text).toContain('AWS_SECRET_ACCESS_KEY="$CLIPTAG_SECRET_ACCESS_KEY"');
  });

  it('tells of the trial model in one line, with two commands below it', () => {
    const [line, ...commands] = trialModelLines();
    expect(line).toMatch(/^Trial model; a real CLIP: two commands/);
    expect(commands.map((command) => command.trim().split(' ').slice(0, 4).join(' '))).toEqual([
      'npx cliptag models pull',
      'npx cliptag models compile',
    ]);
  });

  it('fits a terminal of 80 columns, with the package too', () => {
    const file = 'node_modules/cliptag/functions/local/samples/chelsea.png';
    const lines = linesToTry({ ...toTry, file, tag: { ...tag, label: 'tripod' } });
    expect([...lines, ...trialModelLines()].filter((line) => line.length > 80)).toEqual([]);
  });

  it('names watched folders as one would type them here', () => {
    const folders = [
      { root: resolve('pictures'), prefix: 'pictures/' },
      { root: resolve('..', 'nas'), prefix: 'nas/' },
    ];
    expect(watchLines(folders).map((line) => line.split(/ {2,}/))).toEqual([
      ['', 'Watching', 'pictures', 'as s3://photos/pictures/'],
      ['', 'Watching', resolve('..', 'nas'), 'as s3://photos/nas/'],
    ]);
  });
});
