import { startEventSourceMapping } from '../../../functions/local/queue/event-source-mapping.ts';
import { openQueue } from '../../../functions/local/queue/queue.ts';

/** Sends as many messages as its second parameter says, works on them a few at a time and prints the body of each. */
const [folder = '', count = '0'] = process.argv.slice(2);
const queue = await openQueue({ folder, visibilityTimeoutSeconds: 3_600, maxReceiveCount: 100 });
for (let number = 0; number < Number(count); number++) await queue.send(`message ${number}`);
startEventSourceMapping({
  queue,
  functionTimeoutSeconds: 60,
  batchSize: 5,
  handler: async ({ Records }) => {
    for (const { body } of Records) console.log(body);
  },
});
