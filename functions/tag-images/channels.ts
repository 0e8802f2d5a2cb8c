import { eventBridgeResultEvents } from '../adapters/aws/eventbridge.ts';
import type { S3Options } from '../adapters/aws/s3.ts';
import { s3ObjectTags } from '../adapters/aws/s3-object-tags.ts';
import type { ResultChannels } from '../core/results/result-channels.ts';

export interface ChannelSettings {
  /** Name or ARN of the event bus for result events. @default none are sent */
  readonly resultEventBus?: string | undefined;
  /** Maximum number of Cliptag's tags at an object, 1 to 10. @default objects are not tagged */
  readonly objectTagLimit?: number | undefined;
  readonly s3?: S3Options;
}

/**
 * Builds the channels that tell results besides the table. The adapters are imported statically: loaded on demand by
 * `import()`, they would add three times as much to the bundle, since then nothing of them can be left out.
 */
export function composeChannels({ resultEventBus, objectTagLimit, s3 }: ChannelSettings): ResultChannels {
  return {
    ...(resultEventBus !== undefined && { events: eventBridgeResultEvents(resultEventBus) }),
    ...(objectTagLimit !== undefined && { objectTags: { store: s3ObjectTags(s3), limit: objectTagLimit } }),
  };
}
