import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  localPipeline,
  pipelineDeadLetters,
  pipelineQueue,
} from '../../../../functions/cli/pipeline/local-pipeline.ts';
import { listen, stop } from '../../../../functions/local/http/loopback-server.ts';

/** By method and path; whatever is not here is answered with 404. */
const answers: Record<string, string> = {};
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[`${request.method} ${request.url}`];
    response.writeHead(answer === undefined ? 404 : 200).end(answer ?? 'not here');
  });
  port = await listen(server, 0);
});
afterAll(() => stop(server));

const status = { queue: { visible: 4, inFlight: 2 }, deadLetters: 1 };
const tagger = { modelDigest: 'model-a', labelSets: [{ digest: 'set-a', appliesTo: [{ prefix: 'a/' }] }] };

describe('the local pipeline, as the command line asks it', () => {
  it('tells what it tags with, and how many messages wait', async () => {
    answers['GET /tagger.json'] = JSON.stringify(tagger);
    answers['GET /status.json'] = JSON.stringify(status);
    answers['POST /listed-objects'] = JSON.stringify({ sent: 1 });
    const pipeline = await localPipeline(port);
    expect([pipeline.tagger, await pipeline.status(), await pipeline.queue.state()]).toEqual([
      tagger,
      status,
      { messages: 6, deadLetters: 1 },
    ]);
    await expect(pipeline.queue.send(['a body'])).resolves.toBeUndefined();
  });

  it.each([
    ['that is no JSON', '<p>A web page</p>'],
    ['of another form', '{"queue":{"visible":-1,"inFlight":0},"deadLetters":0}'],
  ])('rejects an answer %s', async (_, answer) => {
    answers['GET /dead-letters.json'] = answer;
    answers['GET /status.json'] = answer;
    await expect(pipelineDeadLetters(port).count()).rejects.toMatchObject({ code: 'queue-fault' });
    expect(await pipelineQueue(port)).toBeUndefined();
  });

  it('rejects an answer that is no success, with what it says', async () => {
    delete answers['POST /redrive'];
    await expect(pipelineDeadLetters(port).redrive(() => {})).rejects.toMatchObject({
      code: 'queue-fault',
      message: 'the local pipeline answered 404: not here',
    });
  });

  it('rejects a port on which nobody listens', async () => {
    // Only the system may listen on port 1.
    await expect(localPipeline(1)).rejects.toMatchObject({ code: 'no-pipeline' });
  });
});
