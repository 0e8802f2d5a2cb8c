import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cosine, type Embedding, normalised } from '../../../functions/core/labels/embedding.ts';
import type { Contender } from './contender.ts';
import { minimum } from './rounds.ts';

/** Who rounds, and whose float32 shows what that loses: both have the same weights and decode alike. */
const PAIRS = [
  ['cliptag int8', 'cliptag fp32'],
  ['OpenVINO int8', 'onnxruntime (Python) fp32'],
  ['onnxruntime (Python) q8', 'onnxruntime (Python) fp32'],
  ['transformers.js q8', 'transformers.js fp32'],
] as const;

/** What rounding to int8 loses of photographs' embeddings: a line for each pair that is there. */
export async function roundingLines(contenders: readonly Contender[], folder: string): Promise<string[]> {
  const photographs = (await readdir(folder)).filter((name) => /\.(jpg|png)$/.test(name)).sort();
  const paths = photographs.map((name) => join(folder, name));
  const lines = [`  ${paths.length} photographs`];
  for (const [rounds, exact] of PAIRS) {
    const pair = [rounds, exact].map((name) => contenders.find((contender) => contender.name === name));
    const [rounding, float] = pair;
    if (!rounding || !float) continue;
    const cosines = await cosinesOf(rounding, float, paths);
    const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    lines.push(`  ${rounds.padEnd(26)} mean ${mean.toFixed(5)}, least ${minimum(cosines).toFixed(5)}`);
  }
  return lines;
}

async function cosinesOf(one: Contender, other: Contender, paths: readonly string[]): Promise<number[]> {
  const embedding = async (contender: Contender, path: string): Promise<Embedding> => {
    const { embedding: values = [] } = await contender.ask({ task: 'file', path, runs: 1 });
    return { modelDigest: '', values: normalised(values) };
  };
  const cosines: number[] = [];
  for (const path of paths) cosines.push(cosine(await embedding(one, path), await embedding(other, path)));
  return cosines;
}
