import { MessageFault } from '../core/errors.ts';
import { eventsOf } from '../core/objects/event.ts';
import { taggerIdentity } from '../core/tagging/tagger-identity.ts';
import type { ControlApi } from './control-api/control-api.ts';
import type { Pipeline } from './pipeline.ts';

/** Answers what the command line asks and orders, out of the running pipeline. */
export function controlPorts({ tagger, queue }: Pick<Pipeline, 'tagger' | 'queue'>): ControlApi {
  return {
    status: async () => {
      const { visible, inFlight, deadLetters } = queue.counts();
      return { queue: { visible, inFlight }, deadLetters };
    },
    deadLetters: async () => queue.deadLetters(),
    redrive: async () => ({ moved: await queue.redrive() }),
    tagger: async () => taggerIdentity(tagger.encoder.modelDigest, tagger.classifiers),
    sendListed: async (bodies) => {
      assertListed(bodies);
      for (const body of bodies) await queue.send(body);
      return { sent: bodies.length };
    },
  };
}

/** @throws {MessageFault} when a body is not about listed objects alone */
function assertListed(bodies: readonly string[]): void {
  for (const event of bodies.flatMap(eventsOf)) {
    if (event.kind === 'faulty') throw event.fault;
    if (event.kind !== 'listed') throw new MessageFault(`Expected listed objects but received ${event.kind}`);
  }
}
