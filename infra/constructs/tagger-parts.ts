import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { messageOf, throwFaults } from '../options/faults.ts';
import type { ImageTaggerProps } from '../options/image-tagger-props.ts';
import { readProps, type TaggerParts } from '../options/read-props.ts';
import { DEFAULT_LABEL_SET } from '../packaging/places.ts';
import { providedImage } from '../packaging/provided-image.ts';
import { stagedImage, stateFolder } from '../packaging/staged-image.ts';
import type { TaggingImage } from '../packaging/tagging-image.ts';
import { bucketFaults } from './intake/bucket-faults.ts';
import { thumbnailFaults } from './intake/thumbnail-place.ts';
import { foreignFaults } from './intake/upload-filter.ts';

const FOREIGN_NAMES = { bucket: 'foreignBuckets', prefix: 'prefixes', suffix: 'suffixes' };

/**
 * Reads a tagger's props and lays out the image of its functions, unless one was provided.
 *
 * @throws Error that names every fault of the props, of the model and of the label sets at once
 */
export function taggerParts(
  tagger: Construct,
  props: ImageTaggerProps,
): TaggerParts & { readonly image: TaggingImage } {
  const { parts, faults } = readProps(props);
  const image = imageOrFault(tagger, parts);
  throwFaults(tagger.node.path, [
    ...faults,
    ...bucketFaults(tagger, parts.buckets ?? [], parts.options, parts.foreignBuckets),
    ...thumbnailFaults(parts.buckets ?? [], parts.options.prefix, givenPlace(parts)),
    ...foreignFaults(parts.options, parts.foreignBuckets, FOREIGN_NAMES),
    ...(typeof image === 'string' ? [image] : []),
  ]);
  return { ...parts, image: image as TaggingImage };
}

/** The place of thumbnails that may be watched: a bucket that the tagger makes for them is not. */
function givenPlace({ thumbnailBucket: bucket, thumbnailPrefix: prefix }: TaggerParts) {
  return bucket && { bucket, prefix };
}

function imageOrFault(tagger: Construct, parts: TaggerParts): TaggingImage | string {
  const { model, labels = [DEFAULT_LABEL_SET], architecture, heic, baseImage } = parts;
  const assetFolder = Stage.of(tagger)?.assetOutdir ?? 'cdk.out';
  const options = {
    model,
    labelSets: labels,
    architecture,
    heic,
    api: parts.options.api,
    baseImage,
    packaging: parts.options.packaging,
    stateFolder: stateFolder(assetFolder),
  };
  try {
    return providedImage(tagger) ?? stagedImage(options);
  } catch (error) {
    return messageOf(error);
  }
}
