import type { IConstruct } from 'constructs';
import type { TaggingImage } from './tagging-image.ts';

const provided = new WeakMap<IConstruct, TaggingImage>();

/** Has all taggers within a scope take an image that is laid out already, instead of one of their own. */
export function provideImage(scope: IConstruct, image: TaggingImage): void {
  provided.set(scope, image);
}

/** The image that was provided for the nearest scope around a construct. */
export function providedImage(construct: IConstruct): TaggingImage | undefined {
  const around = construct.node.scopes.toReversed();
  return around.map((scope) => provided.get(scope)).find((image) => image !== undefined);
}
