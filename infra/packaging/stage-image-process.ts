import { text } from 'node:stream/consumers';
import { messageOf } from '../options/faults.ts';
import { type TaggingImage, type TaggingImageOptions, taggingImage } from './tagging-image.ts';

/** What this program writes to its standard output. */
export type StagingAnswer = { readonly image: TaggingImage } | { readonly fault: string };

/** Lays out the image that its standard input describes, and answers in JSON: `staged-image.ts` runs it. */
const options: TaggingImageOptions = JSON.parse(await text(process.stdin));
const answer = await taggingImage(options).then(
  (image): StagingAnswer => ({ image }),
  (error: unknown): StagingAnswer => ({ fault: messageOf(error) }),
);
process.stdout.write(JSON.stringify(answer));
