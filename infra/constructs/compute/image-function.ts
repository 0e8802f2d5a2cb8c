import {
  Code,
  DockerImageFunction,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { imageArchitecture, imageCode } from './image-code.ts';

export interface ImageFunctionProps extends Omit<FunctionOptions, 'architecture'> {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  /** The module of the image that it runs, besides the one that it runs by itself. @default handler */
  readonly module?: 'retag' | 'api';
}

/** The base image's Node (infra/packaging/Dockerfile). */
const RUNTIME = Runtime.NODEJS_24_X;

/** One of the functions that the image or the archive has the code of. */
export function imageFunction(
  scope: Construct,
  id: string,
  { image, options, module, ...props }: ImageFunctionProps,
): LambdaFunction {
  const architecture = imageArchitecture(image);
  const { archiveVariables } = image;
  if (archiveVariables === undefined) {
    const code = imageCode(image, options, module && [`${module}.handler`]);
    return new DockerImageFunction(scope, id, { ...props, code, architecture });
  }
  return new LambdaFunction(scope, id, {
    ...{ ...props, architecture },
    code: Code.fromAsset(image.folder),
    handler: `${module ?? 'handler'}.handler`,
    runtime: RUNTIME,
    environment: { ...archiveVariables, ...props.environment },
  });
}
