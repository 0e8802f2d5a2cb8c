import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CollectionReport, compareCollection } from './collection.ts';
import { readKnownDifferences } from './known-differences.ts';
import { findingsText, reportTable } from './report-text.ts';

/**
 * `npm run test:corpus -- FOLDER… [--python PROGRAM] [--seconds N]`: runs the command line over folders of test pictures,
 * such as clones of public collections, and compares what it embeds with what it embeds of the pixels that Pillow,
 * pillow-heif, pillow-jxl-plugin and rawpy read from the same files. Each picture worth a look, then a row a folder.
 *
 *     python3 -m venv .venv && .venv/bin/pip install -r test/corpus/requirements.txt
 *     npm run test:corpus -- --python .venv/bin/python ../Pillow ../libvips/test
 *
 * Exit code 1: a picture was tagged from wrong pixels (cosine below 0.98, and not in `known-differences.json`), the process
 * crashed, no picture's answer came for N seconds (60), or a picture got another one's reason.
 */
const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    seconds: { type: 'string', default: '60' },
  },
});
if (folders.length === 0) throw new Error('Expected folders of pictures but received none');

/** Pictures that are this much alike count as the same; another decoder's rounding stays above 0.99 as a rule. */
const MINIMUM_COSINE = 0.98;

const manifest = new URL('../../models/embedded/manifest.json', import.meta.url);
const { image } = JSON.parse(await readFile(manifest, 'utf8')) as { image: { size: number } };
const settings = {
  program: fileURLToPath(new URL('../../functions/cliptag.mjs', import.meta.url)),
  python: values.python,
  side: image.size,
  silentSeconds: Number(values.seconds),
  minimumCosine: MINIMUM_COSINE,
  known: await readKnownDifferences(),
};
const reports: CollectionReport[] = [];
for (const folder of folders) {
  const report = await compareCollection(folder, settings);
  for (const line of findingsText(report)) console.log(line);
  reports.push(report);
}
for (const line of reportTable(reports)) console.log(line);
process.exitCode = reports.every(({ faults }) => faults.length === 0) ? 0 : 1;
