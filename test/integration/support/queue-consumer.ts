import { openQueue } from '../../../functions/local/queue/queue.ts';

/**
 * Sends as many messages as its second parameter says, receives one (unless there is none) and then holds it for ever,
 * as a consumer does that is about to crash. Prints what it did.
 */
const [folder = '', count = '0'] = process.argv.slice(2);
const queue = await openQueue({ folder, visibilityTimeoutSeconds: 3_600, maxReceiveCount: 2 });
for (let number = 0; number < Number(count); number++) await queue.send(`message ${number}`);
const [received] = await queue.receive({ maximumMessages: 1 });
console.log(JSON.stringify({ body: received?.body, receiveCount: received?.receiveCount }));
setInterval(() => undefined, 1_000);
