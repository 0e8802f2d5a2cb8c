import { pathFields } from '../../../adapters/files/file-path.ts';
import { printable, printablePath } from '../../../core/printable.ts';
import type { ImageContent } from '../../../core/records/image-record.ts';
import { shownUnknown } from '../../../core/records/shown-unknown.ts';
import type { ModelIdentity } from '../../../tagger/model-parts.ts';
import { tagsText } from '../../../terminal/tags-text.ts';
import type { ImageResult } from '../../images/image-results.ts';

/** A result as a line of JSON. */
export function jsonLine(identity: ModelIdentity): (result: ImageResult<ImageContent>) => string {
  return (result) => {
    const path = pathFields(result.path);
    if ('fault' in result) {
      return JSON.stringify({ ...path, ...result.fault, width: null, height: null, ...identity, tags: [] });
    }
    const { status, width, height, tags, unknown } = result.value;
    return JSON.stringify({ ...path, status, width, height, ...identity, tags, ...(unknown && { unknown }) });
  };
}

/** A result as people read it. */
export function humanLine(result: ImageResult<ImageContent>): string {
  const path = printablePath(result.path);
  if ('fault' in result) return `${path}: ${result.fault.status}: ${printable(result.fault.reason)}`;
  return `${path}: ${tagsText(result.value.tags, shownUnknown(result.value))}`;
}
