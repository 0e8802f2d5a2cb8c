import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { acceptEveryUpload } from '../../../functions/core/objects/object.ts';
import type { HeldMessage } from '../../../functions/core/tagging/message-inbox.ts';
import { LOCAL_REGION, LOCAL_TABLE_NAME } from '../../../functions/local/dynamodb/table.ts';
import { startEventSourceMapping } from '../../../functions/local/queue/event-source-mapping.ts';
import { openQueue } from '../../../functions/local/queue/queue.ts';
import { messageTagger } from '../../../functions/tag-images/tag-messages.ts';
import { fakeTagger } from '../../unit/core/fake-taggers.ts';

/**
 * Works on the queue in the folder of its first parameter, with the table at the URL of its second, until the queue is
 * empty, which it says. Any picture whose key has `deadly` in it ends the process as a lack of memory does.
 */
const [folder = '', endpoint = ''] = process.argv.slice(2);
const MAXIMUM_RECEIVES = 5;
const queue = await openQueue({ folder, visibilityTimeoutSeconds: 3_600, maxReceiveCount: MAXIMUM_RECEIVES });
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const table = dynamoDbTagTable({
  tableName: LOCAL_TABLE_NAME,
  client: { endpoint, region: LOCAL_REGION, credentials },
});
const settle = (messages: readonly HeldMessage[]) =>
  queue.delete(messages.map(({ receiptHandle }) => receiptHandle));
const tagger = fakeTagger('first', {
  table,
  objects: {
    current: async () => undefined,
    fetch: async ({ key }) => {
      if (key.includes('deadly')) process.kill(process.pid, 'SIGKILL');
      return { bytes: Uint8Array.of(0) };
    },
  },
});
startEventSourceMapping({
  queue,
  functionTimeoutSeconds: 60,
  retryDelaySeconds: 0,
  handler: messageTagger({
    ...{ tagger, filter: acceptEveryUpload, maximumReceives: MAXIMUM_RECEIVES },
    report: { outcome: () => {}, ignored: () => {}, fault: (error) => console.log(String(error)) },
    inbox: {
      settle,
      sendAnew: async (messages) => {
        for (const { body } of messages) await queue.send(body);
        await settle(messages);
      },
      postpone: async () => {},
    },
  }),
});
for (;;) {
  const { visible, inFlight, deadLetters } = queue.counts();
  if (visible + inFlight === 0) {
    console.log(`empty, ${deadLetters} dead letters`);
    break;
  }
  await queue.waitForMessage({ timeoutMilliseconds: 50, signal: new AbortController().signal });
}
