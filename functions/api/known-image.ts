import type { ApiPorts, ApiSettings, KnownImage } from './api-ports.ts';
import { isInScope } from './api-scope.ts';
import type { ImageName } from './contract.ts';
import { RefusedRequest } from './problems.ts';

/**
 * The record of an image that the API may tell of. Every route that takes a name asks here first, so that it reaches no
 * object which is out of the scope or of which there is no record; the answer does not tell one from the other.
 *
 * @throws {RefusedRequest} 404
 */
export async function knownImage(
  name: ImageName,
  ports: Pick<ApiPorts, 'image'>,
  { scope }: Pick<ApiSettings, 'scope'>,
): Promise<KnownImage> {
  const image = isInScope(scope, name) ? await ports.image(name) : undefined;
  if (image !== undefined && image.status !== 'deleted') return image;
  throw noImage(name);
}

export function noImage({ bucket, key }: ImageName): RefusedRequest {
  return new RefusedRequest(404, 'no-image', `There is no image s3://${bucket}/${key}`);
}
