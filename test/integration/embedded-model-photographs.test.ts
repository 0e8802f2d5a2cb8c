import { existsSync, readFileSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CandidateResult } from '../../functions/cli/commands/evaluate/evaluation.ts';
import { evaluate } from '../../functions/cli/commands/evaluate/evaluation-run.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PHOTO_SET = join(import.meta.dirname, '../../../shared/photo-set');
const EXAMPLES = join(PHOTO_SET, 'examples-200');
const GENERAL_LABELS = join(import.meta.dirname, '../../models/labels/general.yaml');

const isThere = existsSync(EXAMPLES);
if (!isThere) console.info('Skipped: what the embedded model says of photographs that may not be handed on');

interface Examples {
  readonly names: readonly string[];
  readonly pictures: ReadonlyArray<readonly [file: string, name: string, wnid: string]>;
}

/** A manifest of the example photographs. */
async function examplesManifest(examples: Examples): Promise<string> {
  const manifest = join(await temporaryFolder(), 'examples.jsonl');
  const lines = examples.pictures.map(([file, name]) =>
    JSON.stringify({ path: join(EXAMPLES, file), labels: [name] }),
  );
  await writeFile(manifest, lines.join('\n'));
  return manifest;
}

/** A label set of all names; of two classes with one name (crane) one stands for both. */
async function namesAsLabels(examples: Examples): Promise<string> {
  const path = join(await temporaryFolder(), 'names.json');
  const labels = [...new Map(examples.names.map((name) => [name.toLowerCase(), name])).values()];
  await writeFile(path, JSON.stringify({ name: 'names', version: 1, mode: 'exclusive', labels }));
  return path;
}

/** The sharp pictures, with their own labels as the only candidates. */
async function sharpManifest(): Promise<string> {
  const folder = await temporaryFolder();
  const manifest = await readFile(join(PHOTO_SET, 'sharp/manifest.jsonl'), 'utf8');
  const rows = manifest
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
  const labels = JSON.parse(await readFile(join(PHOTO_SET, 'labels.json'), 'utf8')) as Array<{
    label: string;
  }>;
  const own = new Set(rows.map(([, , , label]) => label));
  const candidates = labels.filter(({ label }) => own.has(label)).map((entry) => ({ ...entry, train: 40 }));
  await writeFile(join(folder, 'labels.json'), JSON.stringify(candidates));
  for (const file of ['manifest.jsonl', ...new Set(rows.map(([file = '']) => file))])
    await symlink(join(PHOTO_SET, 'sharp', file), join(folder, file));
  return join(folder, 'manifest.jsonl');
}

async function resultOf(
  source: string,
  options: { labels?: readonly string[]; limit?: number },
): Promise<CandidateResult> {
  const { results } = await evaluate(
    { source, warn: () => undefined, ...options },
    async ({ evaluation }) => evaluation,
  );
  return results[0]!;
}

describe.skipIf(!isThere)('the embedded model', () => {
  it("finds the right one of ImageNet's names for ordinary photographs", async () => {
    const examples = JSON.parse(readFileSync(join(EXAMPLES, 'labels.json'), 'utf8')) as Examples;
    const labels = [await namesAsLabels(examples)];
    const result = await resultOf(await examplesManifest(examples), { labels });
    expect(result.pictures).toBe(200);
    expect(result.top1).toBeGreaterThan(0.8);
    expect(result.top5).toBeGreaterThan(0.9);
  });

  /** Every sixth picture: a sample, so the bars are a little lower than what the card says of all. */
  it('knows scenes, dishes, clothes, groceries and sports of sharp pictures', async () => {
    const result = await resultOf(await sharpManifest(), { limit: 375 });
    expect(result.labels).toBe(368);
    expect(result.top1).toBeGreaterThan(0.7);
    expect(result.top5).toBeGreaterThan(0.85);
  });

  it('shows tags of the general label set that are right', async () => {
    const result = await resultOf(await sharpManifest(), { labels: [GENERAL_LABELS], limit: 375 });
    expect(result.tags?.tagsRight).toBeGreaterThan(0.8);
    expect(result.tags?.picturesTagged).toBeGreaterThan(0.9);
    expect(result.tags?.calibration.expectedError).toBeLessThan(0.05);
  });
});
