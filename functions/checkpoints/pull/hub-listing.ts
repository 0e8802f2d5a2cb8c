import { z } from 'zod';
import { type Attempts, withAttempts } from './attempts.ts';
import type { CheckpointReference } from './checkpoint-reference.ts';
import type { Hub } from './hub.ts';
import { connectionError, HubError } from './hub-error.ts';
import { jsonValue } from './json-value.ts';

/** What a repository holds at a revision. */
export interface HubListing {
  readonly commit: string;
  /** From the model card. */
  readonly licence?: string | undefined;
  readonly paths: readonly string[];
}

const answer = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
  cardData: z.object({ license: z.unknown(), license_name: z.unknown() }).partial().nullish(),
});

/**
 * Asks the hub what a repository holds.
 *
 * @throws {HubError} when it does not answer, or not with a list
 */
export async function hubListing(
  { repo, revision }: CheckpointReference,
  hub: Hub,
  attempts: Attempts,
): Promise<HubListing> {
  const path = `api/models/${repo}/revision/${encodeURIComponent(revision)}`;
  const text = await withAttempts(() => textOf(hub, path), attempts);
  const result = answer.safeParse(jsonValue(text));
  if (result.success) {
    const { sha, siblings, cardData } = result.data;
    // Model cards call a licence `other` that the hub does not know, and name it beside.
    const named = cardData?.license === 'other' ? cardData.license_name : undefined;
    const licence = [named, cardData?.license].find((text) => typeof text === 'string');
    return { commit: sha, licence, paths: siblings.map(({ rfilename }) => rfilename) };
  }
  throw new HubError(
    'unexpected-answer',
    `Expected a list of the files of ${repo} from ${hub.endpoint.host} but received something else: check the endpoint`,
  );
}

async function textOf(hub: Hub, path: string): Promise<string> {
  try {
    const { body, url } = await hub.send('GET', path);
    return await body.text().catch((error: unknown) => {
      throw connectionError(error, url, hub.stallMilliseconds);
    });
  } catch (error) {
    // At the first contact it is more likely that there is no network at all than that it comes back in a moment.
    if (error instanceof HubError && error.code === 'hub-unreachable') throw error.final();
    throw error;
  }
}
