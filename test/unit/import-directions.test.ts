import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Who may import what, as the linter is to enforce it. */
const FORBIDDEN = [
  ['functions/core/a.ts', '../adapters/s3.ts'],
  ['functions/core/a.ts', '../config.ts'],
  ['functions/core/a.ts', 'yaml'],
  ['functions/core/a.ts', 'node:fs'],
  ['functions/core/a.ts', '@aws-sdk/client-s3'],
  ['functions/core/picture/a.ts', '../../adapters/s3.ts'],
  ['functions/core/picture/a.ts', 'sharp'],
  ['functions/adapters/a.ts', '../config.ts'],
  ['functions/adapters/a.ts', '../local/queue.ts'],
  ['functions/adapters/a.ts', '../../infra/app.ts'],
  ['functions/config.ts', './adapters/s3.ts'],
  ['functions/tag-images/a.ts', '../local/queue.ts'],
  ['functions/tag-images/a.ts', '../cli/main.ts'],
  ['functions/tag-images/a.ts', '../../infra/app.ts'],
  ['functions/tag-images/a.ts', '../../models/embedded/evaluate.ts'],
  ['functions/tag-images/a.ts', 'sharp'],
  ['functions/backfill/a.ts', '../local/queue.ts'],
  ['functions/backfill/a.ts', '../tag-images/handler.ts'],
  ['functions/backfill/a.ts', '@aws-sdk/client-sqs'],
  ['infra/packaging/backfill-code.ts', '../tag-images/composition.ts'],
  ['functions/retag/a.ts', '../local/queue.ts'],
  ['functions/retag/a.ts', '../tag-images/composition.ts'],
  ['functions/retag/a.ts', 'onnxruntime-node'],
  ['functions/cli/a.ts', '../local/queue.ts'],
  ['functions/cli/commands/a.ts', '../../local/queue.ts'],
  ['functions/cli/commands/a.ts', '../../tag-images/handler.ts'],
  ['functions/cli/a.ts', '@aws-sdk/client-s3'],
  ['functions/cli/a.ts', '../../models/embedded/evaluate.ts'],
  ['functions/cli/commands/a.ts', '../../../models/embedded/evaluate.ts'],
  ['functions/local/a.ts', '../cli/main.ts'],
  ['functions/local/s3-endpoint/a.ts', '@aws-sdk/client-s3'],
  ['functions/local/a.ts', '../../test/fixtures/stores.ts'],
  ['infra/a.ts', '../functions/core/errors.ts'],
  ['infra/a.ts', '../functions/adapters/model-folder.ts'],
  ['infra/a.ts', '../test/fixtures/stores.ts'],
  ['infra/constructs/a.ts', '../../functions/core/cost.ts'],
  ['infra/preflight/a.ts', '../../functions/local/pipeline.ts'],
  ['infra/preflight/a.ts', '../../functions/core/records.ts'],
  ['infra/preflight/a.ts', '@aws-sdk/client-s3'],
  ['infra/constructs/tagging-image.ts', '../../functions/local/pipeline.ts'],
  ['infra/constructs/tagging-image.ts', '../../functions/tag-images/composition.ts'],
  ['models/embedded/a.ts', '../../functions/local/queue.ts'],
  ['models/embedded/a.ts', '../../test/fixtures/stores.ts'],
] as const;

const ALLOWED = [
  ['functions/core/b.ts', './errors.ts'],
  ['functions/core/b.ts', './picture/bicubic.ts'],
  ['functions/core/b.ts', 'zod'],
  ['functions/core/b.ts', 'node:crypto'],
  ['functions/core/picture/b.ts', '../errors.ts'],
  ['functions/core/picture/b.ts', './bicubic.ts'],
  ['functions/adapters/b.ts', '../core/errors.ts'],
  ['functions/adapters/b.ts', './s3.ts'],
  ['functions/adapters/b.ts', 'sharp'],
  ['functions/tag-images/b.ts', '../core/errors.ts'],
  ['functions/tag-images/b.ts', '../adapters/s3.ts'],
  ['functions/tag-images/b.ts', '../config.ts'],
  ['functions/backfill/b.ts', '../core/errors.ts'],
  ['functions/backfill/b.ts', '../config.ts'],
  ['infra/packaging/backfill-code.ts', '../tag-images/bundle-options.ts'],
  ['functions/cli/commands/b.ts', '../../core/errors.ts'],
  ['functions/cli/commands/b.ts', '../../adapters/s3.ts'],
  ['functions/cli/commands/b.ts', '../../../models/compile/compile.ts'],
  ['functions/cli/commands/b.ts', '../../../models/pull/pull.ts'],
  ['functions/local/b.ts', '../tag-images/composition.ts'],
  ['functions/local/b.ts', '../../infra/settings.ts'],
  ['infra/constructs/b.ts', '../../functions/config.ts'],
  ['infra/constructs/b.ts', '../../functions/core/prices.ts'],
  ['infra/constructs/b.ts', '../../functions/core/metric-names.ts'],
  ['infra/preflight/b.ts', '../../functions/config.ts'],
  ['infra/preflight/b.ts', '../../functions/adapters/bucket-state.ts'],
  ['infra/preflight/b.ts', '../../functions/core/stored-models.ts'],
  ['infra/constructs/tagging-image.ts', '../../functions/adapters/model-folder.ts'],
  ['infra/constructs/tagging-image.ts', '../../functions/tag-images/image.ts'],
  ['models/embedded/b.ts', '../../functions/adapters/s3.ts'],
] as const;

describe('the linter', () => {
  let folder: string;
  /** `file:line` of every import that it refuses. */
  let refused: Set<string>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cliptag-imports-'));
    copyFileSync('biome.json', join(folder, 'biome.json'));
    const lines = new Map<string, string[]>();
    for (const [file, from] of [...FORBIDDEN, ...ALLOWED]) {
      lines.set(file, [...(lines.get(file) ?? []), `export * from '${from}';`]);
    }
    for (const [file, text] of lines) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text.join('\n')}\n`);
    }
    const biome = join(process.cwd(), 'node_modules/.bin/biome');
    const only = ['--only=style/noRestrictedImports', '--max-diagnostics=none', '--colors=off'];
    const { stdout, stderr } = spawnSync(biome, ['lint', ...only, '.'], { cwd: folder, encoding: 'utf8' });
    refused = new Set(
      [...(stdout + stderr).matchAll(/(\S+\.ts):(\d+):\d+ lint\/style\/noRestrictedImports/g)].map(
        ([, file, line]) => `${file}:${line}`,
      ),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The place of an import among those of its file, which stand one a line. */
  function place([file, from]: readonly [string, string]): string {
    const siblings = [...FORBIDDEN, ...ALLOWED].filter(([other]) => other === file);
    return `${file}:${1 + siblings.findIndex(([, other]) => other === from)}`;
  }

  for (const pair of FORBIDDEN) {
    it(`rejects that ${pair[0]} imports ${pair[1]}`, () => expect(refused).toContain(place(pair)));
  }
  for (const pair of ALLOWED) {
    it(`lets ${pair[0]} import ${pair[1]}`, () => expect(refused).not.toContain(place(pair)));
  }
});
