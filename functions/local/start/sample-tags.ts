import { setTimeout as sleep } from 'node:timers/promises';
import type { Tag } from '../../core/labels/scores.ts';
import { imageRecordOf, readImageRecord } from '../../core/records/image-record.ts';
import type { TaggingOutcome } from '../../core/tagging/tag-image.ts';
import { withLiveLine } from '../../terminal/live-line.ts';
import type { Output } from '../../terminal/output.ts';
import { LOCAL_BUCKET_NAME, type Pipeline } from '../pipeline.ts';
import { sampleNames, uploadSamples } from '../samples.ts';
import type { Served } from './served.ts';

/** The samples take a second or two; if they can't be tagged, serving goes on without their table. */
const SAMPLES_PATIENCE_MILLISECONDS = 60_000;

/** Uploads the samples and shows how far tagging is; gives what became of them, in the order of their names. */
export async function tagSamples(
  { pipeline, listeners }: Pick<Served, 'pipeline' | 'listeners'>,
  dataFolder: string,
  output: Output,
): Promise<readonly TaggingOutcome[]> {
  const names = await sampleNames();
  const outcomes = new Map<string, TaggingOutcome>();
  await withLiveLine(
    async (show) => {
      const tagged = new Promise<void>((resolve) => {
        const listener = (outcome: TaggingOutcome) => {
          // What an interrupted first start has left is superseded by this one's uploads.
          if (!names.includes(outcome.object.key) || outcome.result === 'superseded') return;
          outcomes.set(outcome.object.key, outcome);
          show(`Tagging the sample photographs: ${outcomes.size} of ${names.length}`);
          if (outcomes.size < names.length) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      });
      show(`Uploading ${names.length} sample photographs`);
      await uploadSamples(pipeline.bucket, dataFolder);
      await Promise.race([tagged, sleep(SAMPLES_PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    },
    { elsewhere: output.remark },
  );
  return names.flatMap((name) => outcomes.get(name) ?? []);
}

/** A tag that some image has, so that the query to try finds something. */
export async function bestSampleTag({ tagger }: Pipeline): Promise<Tag | undefined> {
  const items = await Promise.all(
    (await sampleNames()).map((key) =>
      tagger.table.read(readImageRecord({ bucket: LOCAL_BUCKET_NAME, key })),
    ),
  );
  const tags = items.flatMap((item) => (item ? imageRecordOf(item).tags : []));
  return [...tags].sort((a, b) => b.score - a.score)[0];
}
