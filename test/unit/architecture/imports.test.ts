import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { circlesOf, type Import, importsOf } from './import-graph.ts';
import { isAllowed, ROOMS, roomOf, unusedWords } from './walls.ts';

const FILES = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'functions', 'infra', 'models'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.m?[jt]sx?$/.test(file));

const IMPORTS = FILES.flatMap((file) => importsOf(file));

const written = ({ from, to }: Import) => `${from} → ${to}`;
const filesOnly = (imports: readonly Import[]) =>
  imports.flatMap(({ kind, from, to }) => (kind === 'file' ? [[from, to] as const] : []));

/** What a new file would be told. */
function refused(from: string, to: string): boolean {
  const [made] = importsOf(from, `export * from '${to}';`);
  if (!made) throw new Error(`Expected an import of ${to}`);
  return !isAllowed(made);
}

describe('who may import whom', () => {
  it('finds the imports of the whole program', () => {
    expect(IMPORTS.length).toBeGreaterThan(1_000);
    const text = [
      "import type { A } from './a.ts';",
      'import {',
      '  b,',
      "} from '../b.ts';",
      "import './c.ts';",
      "export { d } from '@aws-sdk/client-s3/d';",
      "const e = await import('./e.ts');",
      "const f = new URL('f.mjs', import.meta.url);",
      "// import { g } from './g.ts';",
      "const h = new URL('../h.html', import.meta.url);",
    ].join('\n');
    expect(importsOf('x/y/z.ts', text).map(({ to }) => to)).toEqual([
      'x/y/a.ts',
      'x/b.ts',
      'x/y/c.ts',
      '@aws-sdk/client-s3',
      'x/y/e.ts',
      'x/y/f.mjs',
    ]);
  });

  it('is as the table allows', () => {
    expect(IMPORTS.filter((made) => !isAllowed(made)).map(written)).toEqual([]);
  });

  it('needs every word of the table', () => {
    expect(unusedWords(IMPORTS)).toEqual([]);
  });

  it('has no circle among files, types included', () => {
    expect(circlesOf(filesOnly(IMPORTS))).toEqual([]);
  });

  it('has no circle among rooms, nor among the folders at the top', () => {
    const between = (placeOf: (file: string) => string) =>
      filesOnly(IMPORTS)
        .map(([from, to]) => [placeOf(from), placeOf(to)] as const)
        .filter(([from, to]) => from !== to);
    expect(circlesOf(between(roomOf))).toEqual([]);
    expect(circlesOf(between((file) => file.split('/')[0] ?? file))).toEqual([]);
  });

  it.each([
    ['functions/core/retag/a.ts', '@aws-sdk/client-s3'],
    ['functions/query/a.ts', '../cli/main.ts'],
    ['functions/core/a.ts', '../adapters/aws/s3.ts'],
    ['functions/core/a.ts', '../config.ts'],
    ['functions/core/a.ts', 'yaml'],
    ['functions/core/a.ts', 'node:fs'],
    ['functions/core/a.ts', './tagging/tag-image.ts'],
    ['functions/core/pixels/a.ts', 'sharp'],
    ['functions/core/records/a.ts', '../tagging/tag-image.ts'],
    ['functions/core/new-room/a.ts', '../errors.ts'],
    ['functions/adapters/aws/a.ts', '../../config.ts'],
    ['functions/adapters/aws/a.ts', 'sharp'],
    ['functions/adapters/sharp/a.ts', '@aws-sdk/client-s3'],
    ['functions/adapters/aws/a.ts', '../../local/pipeline.ts'],
    ['functions/adapters/aws/a.ts', '../../../infra/app.ts'],
    ['functions/config.ts', './adapters/aws/s3.ts'],
    ['functions/tag-images/a.ts', '../local/pipeline.ts'],
    ['functions/tag-images/a.ts', '../cli/main.ts'],
    ['functions/tag-images/a.ts', '../retag/handler.ts'],
    ['functions/tag-images/a.ts', '../../infra/app.ts'],
    ['functions/tag-images/a.ts', 'sharp'],
    ['functions/backfill/a.ts', '../tag-images/handler.ts'],
    ['functions/backfill/a.ts', '@aws-sdk/client-sqs'],
    ['functions/retag/a.ts', '../local/pipeline.ts'],
    ['functions/retag/a.ts', 'onnxruntime-node'],
    ['functions/checkpoints/compile/a.ts', '../../cli/main.ts'],
    ['functions/cli/a.ts', '../local/pipeline.ts'],
    ['functions/cli/commands/tag/a.ts', '../../../local/pipeline.ts'],
    ['functions/cli/commands/tag/a.ts', '../../../tag-images/handler.ts'],
    ['functions/cli/commands/tag/a.ts', '../../../../infra/settings.ts'],
    ['functions/cli/commands/tag/a.ts', '@aws-sdk/client-s3'],
    ['functions/cli/commands/new/a.ts', '../tag/tag.ts'],
    ['functions/cli/a.ts', '../local/start/start.ts'],
    ['functions/terminal/a.ts', '../cli/main.ts'],
    ['functions/terminal/a.ts', '../adapters/aws/s3.ts'],
    ['functions/terminal/a.ts', '../config.ts'],
    ['functions/local/a.ts', '../cli/main.ts'],
    ['functions/local/a.ts', '../../infra/settings.ts'],
    ['functions/local/a.ts', '../../test/fixtures/stores.ts'],
    ['functions/local/s3-endpoint/a.ts', '@aws-sdk/client-s3'],
    ['functions/local/s3-endpoint/a.ts', '../../core/errors.ts'],
    ['infra/constructs/a.ts', '../../functions/local/pipeline.ts'],
    ['infra/constructs/a.ts', '@aws-sdk/client-s3'],
    ['infra/a.ts', '../test/fixtures/stores.ts'],
    ['models/embedded/a.ts', '../../functions/local/queue.ts'],
  ])('rejects that %s imports %s', (from, to) => expect(refused(from, to)).toBe(true));

  it.each([
    ['functions/core/labels/a.ts', '../errors.ts'],
    ['functions/core/labels/a.ts', './embedding.ts'],
    ['functions/core/labels/a.ts', 'zod'],
    ['functions/adapters/sharp/a.ts', 'sharp'],
    ['functions/adapters/aws/a.ts', '@aws-sdk/client-s3'],
    ['functions/tag-images/a.ts', '../core/tagging/tag-image.ts'],
    ['functions/tag-images/a.ts', '../config.ts'],
  ])('lets %s import %s', (from, to) => expect(refused(from, to)).toBe(false));

  it('has rooms that exist, and each of them once', () => {
    const lived = new Set(FILES.map(roomOf));
    expect(ROOMS.filter((room) => !lived.has(room))).toEqual([]);
    expect(ROOMS.length).toBeGreaterThan(50);
  });
});
