import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { mergedObjectTags, sameObjectTags } from '../../../functions/core/results/object-tags.ts';
import { type ResultEvent, resultEvent } from '../../../functions/core/results/result-event.ts';
import { FOREIGN_TAGS } from './in-memory-bucket.ts';
import { type Course, OBJECT_TAG_LIMIT, type Scenario } from './in-memory-world.ts';
import type { ScenarioKind } from './random-scenario.ts';
import type { TruthKeeper } from './truth-keeper.ts';

/**
 * Checks, once every event has been worked off: the state that each image ended in was told, no event tells of what was
 * never recorded, none was sent for a superseded state, and the objects carry the tags that their records say.
 */
export function checkToldResults(
  scenario: Scenario,
  { truth, bucket, published, supersededEvents }: Course,
  { retags = false, corrections = false }: ScenarioKind,
): void {
  // Neither of them sends events or changes the tags of objects.
  const isUntold = retags || corrections;
  expect(supersededEvents).toEqual([]);
  for (const event of published) {
    const lives = Array.from({ length: truth.life(event.detail.key) + 1 }, (_, life) => life);
    const expected = lives.map((life) => eventIn(truth, life, event));
    if (!expected.some((one) => isDeepStrictEqual(one, event))) expect(expected.at(-1)).toEqual(event);
  }
  for (const { key } of scenario.objects) {
    const record = truth.record(key);
    if (!record) continue;
    const isTold = published.some(
      (event) =>
        event.detail.key === key &&
        event.detail.sequencer === record.sequencer &&
        (isUntold || event.detail.revision === record.revision) &&
        isDeepStrictEqual(eventIn(truth, truth.life(key), event), event),
    );
    if (!isTold) expect.fail(`Expected an event of ${key} in revision ${record.revision}`);
    const carried = bucket.tagsOf(key);
    if (isUntold || !carried) continue;
    const wanted = mergedObjectTags(FOREIGN_TAGS, record.tags, OBJECT_TAG_LIMIT);
    if (!sameObjectTags(carried, wanted)) expect.fail(`${key}: ${JSON.stringify({ carried, wanted })}`);
  }
}

/** The event of the record that was written with the same numbers, in one of the lives of its image. */
function eventIn(truth: TruthKeeper, life: number, { detail }: ResultEvent): ResultEvent | undefined {
  const recorded = truth.state(life, detail.key, detail.sequencer, detail.revision);
  return recorded && resultEvent(recorded);
}
