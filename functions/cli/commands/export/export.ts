import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import { startSummary } from '../../../terminal/summary.ts';
import type { OpenedSearch } from '../../search/opened-search.ts';
import { queryFaults } from '../../search/search-flags.ts';
import { withSearch } from '../../search/with-search.ts';
import { tellWrongQuery } from '../../search/wrong-query.ts';
import { EXPORT_FLAGS, type ExportFlags, exportFaults } from './export-flags.ts';
import { type ExportedImage, exportedImages } from './exported-images.ts';

const PROGRAM = 'cliptag export';

export const exportCommand = command({
  usage: `export [QUERY…] --csv|--csv-tags|--jsonl|--parquet [--output FILE] [--excel] [--set SET]… [--min-score S] [--top N]
       cliptag export [QUERY…] --xmp FOLDER [--for PROGRAM] [--root WORD] [--by-bucket] …
       cliptag export [QUERY…] … --stack NAME [--region REGION]`,
  about: `Writes images with their tags, by bucket and key: as a table, or as XMP sidecars that Lightroom, digiKam, darktable,
PhotoPrism and Immich read keywords from. QUERY is in the query language (docs/search.md); without one, all images.
--csv: labels stand in one cell, with "; " between them. --jsonl: as \`search --json\` prints an image.
--xmp: FOLDER/KEY.xmp, where a copy of the bucket may lie. Of a sidecar that is there everything stays but keywords of
Cliptag's that are gone; those that somebody has taken out stay out. docs/export.md tells more.
Exit code: 0; 1 when a sidecar could not be written; 2 when it was asked for wrongly.`,
  example: "export 'label:dog after:2025' --csv --output dogs.csv",
  flags: EXPORT_FLAGS,
  check: ({ flags, operands }) => [...queryFaults(operands), ...exportFaults(flags)],
  run: async ({ flags, operands }, output) => {
    const query = operands.join(' ');
    return tellWrongQuery({ program: PROGRAM, query }, output, () =>
      withSearch(flags, output.remark, (search) =>
        flags.xmp === undefined
          ? exportTable(search, query, flags, output)
          : exportSidecars(search, { query, flags, folder: flags.xmp }, output),
      ),
    );
  },
});

async function exportTable(
  search: OpenedSearch,
  query: string,
  flags: ExportFlags,
  output: Output,
): Promise<number> {
  const summary = startSummary();
  const [{ withTarget }, { tableExport }] = await Promise.all([
    import('./export-target.ts'),
    import('./table-export.ts'),
  ]);
  if (flags.set) await checkedSets(search, flags);
  let tags = 0;
  const { images, remarks } = await withTarget(flags.output, async (target) => {
    const table = await tableExport(flags, target);
    const count = await eachImage(search, query, flags, async (image) => {
      tags += image.tags.length;
      await table.add(image);
    });
    await table.finish();
    return { images: count, remarks: table.remarks() };
  });
  for (const remark of remarks) output.remark(`${PROGRAM}: ${remark}`);
  output.remark(
    `${PROGRAM}: ${summary.text([
      [images, 'image'],
      [tags, 'tag'],
    ])}`,
  );
  return EXIT.done;
}

async function exportSidecars(
  search: OpenedSearch,
  { query, flags, folder }: { query: string; flags: ExportFlags; folder: string },
  output: Output,
): Promise<number> {
  const summary = startSummary();
  const [{ sidecarWriter }, { sidecarCounts }, { broaderLabelsIn }] = await Promise.all([
    import('./sidecar-export.ts'),
    import('../../sidecars/sidecar-counts.ts'),
    import('../../sidecars/keywords.ts'),
  ]);
  const counts = sidecarCounts((text) => output.fault(`${PROGRAM}: ${text}`));
  const broader = broaderLabelsIn(await checkedSets(search, flags));
  const write = await sidecarWriter(folder, { flags, broader, counts });
  const images = await eachImage(search, query, flags, write);
  for (const remark of counts.remarks()) output.fault(`${PROGRAM}: ${remark}`);
  output.remark(`${PROGRAM}: ${summary.text([[images, 'image'], ...counts.parts()])}`);
  return counts.unwritten() > 0 ? EXIT.failed : EXIT.done;
}

/** The label sets at hand, once those that `--set` names are known. */
async function checkedSets(search: OpenedSearch, flags: ExportFlags) {
  const { checkSets, knownLabelSets } = await import('./known-label-sets.ts');
  const labelSets = await knownLabelSets(flags);
  await checkSets(flags.set ?? [], labelSets, search);
  return labelSets;
}

/** Works on each image, one after the other; resolves to how many there were. */
function eachImage(
  search: OpenedSearch,
  query: string,
  flags: ExportFlags,
  work: (image: ExportedImage) => Promise<void>,
): Promise<number> {
  return withCount('images', async (show) => {
    let count = 0;
    for await (const images of exportedImages(search, query, flags)) {
      for (const image of images) {
        await work(image);
        count += 1;
      }
      show(count);
    }
    return count;
  });
}
