import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { mergedObjectTags, sameObjectTags } from '../../../functions/core/results/object-tags.ts';
import { resultEvent } from '../../../functions/core/results/result-event.ts';
import { FOREIGN_TAGS } from './in-memory-bucket.ts';
import { type Course, OBJECT_TAG_LIMIT, type Scenario } from './in-memory-world.ts';
import type { ScenarioKind } from './random-scenario.ts';

/**
 * Checks, once every event has been worked off: the state that each image ended in was told, no event tells of what was
 * never recorded, none was sent for a superseded state, and the objects carry the tags that their records say.
 */
export function checkToldResults(
  scenario: Scenario,
  { truth, bucket, published, supersededEvents }: Course,
  { retags = false }: ScenarioKind,
): void {
  expect(supersededEvents).toEqual([]);
  for (const event of published) {
    const { key, sequencer, revision } = event.detail;
    const recorded = truth.state(key, sequencer, revision);
    const expected = recorded && resultEvent(recorded);
    if (!isDeepStrictEqual(expected, event)) expect(expected).toEqual(event);
  }
  for (const { key } of scenario.objects) {
    const record = truth.record(key);
    if (!record) continue;
    // Retagging sends no events.
    const isTold = published.some(
      ({ detail }) =>
        detail.key === key &&
        detail.sequencer === record.sequencer &&
        (retags || detail.revision === record.revision),
    );
    if (!isTold) expect.fail(`Expected an event of ${key} in revision ${record.revision}`);
    const carried = bucket.tagsOf(key);
    if (retags || !carried) continue;
    const wanted = mergedObjectTags(FOREIGN_TAGS, record.tags, OBJECT_TAG_LIMIT);
    if (!sameObjectTags(carried, wanted)) expect.fail(`${key}: ${JSON.stringify({ carried, wanted })}`);
  }
}
