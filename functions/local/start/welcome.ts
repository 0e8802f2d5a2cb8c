import { join, relative } from 'node:path';
import { readLocalCredentials } from '../../config.ts';
import type { Output } from '../../terminal/output.ts';
import type { Reembedding } from '../reembedding/reembedding.ts';
import { SAMPLE_FOLDER, samplesWereUploaded } from '../samples.ts';
import { bestSampleTag, tagSamples } from './sample-tags.ts';
import { placesOf, type Served } from './served.ts';
import type { StartOptions } from './start-options.ts';
import type { StartTerminal } from './start-terminal.ts';
import { outcomeLine } from './start-text.ts';
import {
  linesToTry,
  networkLines,
  placeLines,
  sampleLines,
  trialModelLines,
  watchLines,
} from './welcome-text.ts';

/** Says where things are, shows the samples on the first start, and from then on every image. */
export async function welcome(
  served: Served,
  { dataFolder, model, access, watched }: Pick<StartOptions, 'dataFolder' | 'model' | 'access' | 'watched'>,
  { work, terminal }: { readonly work: Reembedding | undefined; readonly terminal: StartTerminal },
  output: Output,
): Promise<void> {
  const print = async (...lines: readonly string[]) => {
    for (const line of lines) await output.line(line);
  };
  const { pipeline, listeners } = served;
  const places = placesOf(served);
  await print(...placeLines(places), ...networkLines(access, places), ...watchLines(watched));
  if (!samplesWereUploaded(dataFolder)) {
    const outcomes = await tagSamples({ pipeline, listeners }, dataFolder, output);
    await print('', ...sampleLines(outcomes));
  }
  listeners.add((outcome) => {
    // Pictures that are only tagged anew are counted, so that uploads are not lost among thousands of lines.
    const isCounted = outcome.record?.status === 'tagged' && work?.isAbout(outcome);
    if (!isCounted) terminal.outcome(outcomeLine(outcome));
  });
  const file = relative(process.cwd(), join(SAMPLE_FOLDER, 'chelsea.png'));
  const sample = { file, tag: await bestSampleTag(pipeline) };
  await print(
    ...(model === undefined ? ['', ...trialModelLines()] : []),
    '',
    'Open the page, or try it in another terminal:',
    '',
    ...linesToTry({ ...places, credentials: readLocalCredentials(), ...sample }),
    '',
    'Uploads are tagged as they come. Ctrl-C stops.',
  );
}
