import { MessageFault } from '../core/errors.ts';
import { eventsOf } from '../core/objects/event.ts';
import { taggerIdentity } from '../core/tagging/tagger-identity.ts';
import type { ControlApi } from './control-api/control-api.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * Answers what the command line asks and orders, out of the running pipeline.
 *
 * @param countOthers counts tagged images whose tags come from other label sets than those in use
 */
export function controlPorts(
  { tagger, queue, labelSets, dynamodb }: Pick<Pipeline, 'tagger' | 'queue' | 'labelSets' | 'dynamodb'>,
  countOthers: () => Promise<number>,
): ControlApi {
  return {
    status: async () => {
      const { visible, inFlight, deadLetters } = queue.counts();
      return { queue: { visible, inFlight }, deadLetters };
    },
    deadLetters: async () => queue.deadLetters(),
    redrive: async () => ({ moved: await queue.redrive() }),
    tagger: async () => taggerIdentity(tagger.encoder.modelDigest, tagger.classifiers),
    async labelling() {
      const { files, classifiers } = labelSets.now();
      const used = files.map(({ path, labelSet: { name, version } }, i) => {
        return { name, version, digest: classifiers[i]?.labelSetDigest ?? '', path };
      });
      return { labelSets: used, others: await countOthers() };
    },
    async labelSets() {
      // Whoever has just written a file means what stands there now, as `labels calibrate` and then `retag`.
      await labelSets.look();
      return {
        dynamodbPort: dynamodb.port,
        modelDigest: labelSets.modelDigest,
        labelSets: labelSets.now().labelSets,
      };
    },
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
