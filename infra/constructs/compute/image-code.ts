import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Architecture, DockerImageCode } from 'aws-cdk-lib/aws-lambda';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';

/**
 * The image as the code of a function. All functions of one image have the same asset, so it is built and pushed once.
 *
 * @param command instead of the image's own
 */
export function imageCode(image: TaggingImage, options: TaggerOptions, command?: string[]): DockerImageCode {
  return DockerImageCode.fromImageAsset(image.folder, {
    platform: image.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    buildArgs: buildArguments(image, options),
    assetName: 'cliptag-tag-images',
    ...(command && { cmd: command }),
  });
}

export function imageArchitecture({ architecture }: TaggingImage): Architecture {
  return architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64;
}

/** The Dockerfile's own arguments. */
function buildArguments({ baseImage }: TaggingImage, { snapStart }: TaggerOptions): Record<string, string> {
  return {
    ...(baseImage !== undefined && { BASE: baseImage }),
    // Lambda makes a snapshot only of an image that is labelled as ready for it.
    ...(snapStart && { SNAPSTART: 'Allow' }),
  };
}
