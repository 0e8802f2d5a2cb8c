import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { sqsSender } from '../../functions/adapters/aws/sqs-sender.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}
interface Refusal {
  readonly Code: string;
  readonly SenderFault: boolean;
}

/** The SDK compares it. */
const md5 = (body: string) => createHash('md5').update(body).digest('hex');

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An SQS that takes messages, or refuses them with what `refuse` says of a body and the number of the request. */
async function senderTo(refuse: (body: string, request: number) => Refusal | undefined) {
  const taken: string[] = [];
  let requests = 0;
  server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: Entry[] };
    const refusals = Entries.flatMap(({ Id, MessageBody }) => {
      const refusal = refuse(MessageBody, requests);
      return refusal ? [{ Id, Message: 'no', ...refusal }] : [];
    });
    requests++;
    const refused = new Set(refusals.map(({ Id }) => Id));
    const accepted = Entries.filter(({ Id }) => !refused.has(Id));
    taken.push(...accepted.map(({ MessageBody }) => MessageBody));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    const Successful = accepted.map(({ Id, MessageBody }) => ({ Id, MD5OfMessageBody: md5(MessageBody) }));
    response.end(JSON.stringify({ Successful, Failed: refusals }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = { endpoint, region: 'us-east-1', credentials };
  const sender = sqsSender({
    queueUrl: `${endpoint}/1/queue`,
    deadLetterQueueUrl: `${endpoint}/1/dead-letters`,
    client,
  });
  return { sender, taken, requests: () => requests };
}

describe('sqsSender', () => {
  const THROTTLED = { Code: 'ThrottlingException', SenderFault: false };

  it('sends again, and alone, what SQS has refused of a batch', async () => {
    const { sender, taken, requests } = await senderTo((body, request) =>
      body === 'b' && request < 2 ? THROTTLED : undefined,
    );
    await sender.send(['a', 'b', 'c']);
    expect([taken, requests()]).toEqual([['a', 'c', 'b'], 3]);
  });

  it('rejects a message that SQS keeps refusing, to be tried again later', async () => {
    const { sender, requests } = await senderTo(() => THROTTLED);
    await expect(sender.send(['a', 'b'])).rejects.toMatchObject({ code: 'not-sent', retryable: true });
    expect(requests()).toBe(6);
  });

  it('rejects at once a message that SQS will never take', async () => {
    const { sender, requests } = await senderTo(() => ({
      Code: 'InvalidMessageContents',
      SenderFault: true,
    }));
    await expect(sender.send(['a'])).rejects.toMatchObject({
      code: 'not-sent',
      retryable: false,
      message: 'SQS refused 1 of 1 messages: InvalidMessageContents no',
    });
    expect(requests()).toBe(1);
  });
});
