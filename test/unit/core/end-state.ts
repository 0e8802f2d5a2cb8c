import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Tag } from '../../../functions/core/labels/scores.ts';
import { fixedWidthSequencer } from '../../../functions/core/objects/object.ts';
import { correctedTags } from '../../../functions/core/records/corrections.ts';
import { IMAGE_STATUSES, queryImagesByStatus } from '../../../functions/core/records/image-record.ts';
import type { Item, TagTable } from '../../../functions/core/records/tag-table.ts';
import { thumbnailName } from '../../../functions/core/thumbnails/thumbnail-store.ts';
import { EVERY_LABEL, expectedOutcome, TAGGER_NAMES } from './fake-taggers.ts';
import type { Course, Scenario } from './in-memory-world.ts';
import type { ScenarioKind } from './random-scenario.ts';
import { checkToldResults } from './told-results.ts';
import { collected } from './truth-keeper.ts';

/**
 * Checks, once every event has been worked off: the records say what the bucket holds, the labels say what the
 * records say, and entries that no record confirms are left only by retagging that was cut short, or by copies that came late.
 *
 * @returns the number of such entries
 */
export async function checkEndState(
  scenario: Scenario,
  course: Course,
  table: TagTable,
  { kind, bucketName = 'photos' }: { kind: ScenarioKind; bucketName?: string },
): Promise<number> {
  const { truth, bucket, unfinishedEntries, lateEntries, expired } = course;
  checkToldResults(scenario, course, kind);
  const listed: string[] = [];
  for (const status of IMAGE_STATUSES) {
    const pages = await collected(table.query(queryImagesByStatus(bucketName, status)));
    listed.push(...pages.flat().map((item: Item) => `${status} ${item.GSI1SK}`));
  }
  const expected: string[] = [];
  const thumbnails = new Set<string>();
  for (const { key } of scenario.objects) {
    const sequencer = bucket.newestSequencer(key);
    const record = truth.record(key);
    // A listing tells of states that no event told.
    if (expired.has(key) || (sequencer === undefined && bucket.content(key) === undefined)) {
      expect(record).toBeUndefined();
      continue;
    }
    expect(record?.sequencer).toBe(fixedWidthSequencer(sequencer ?? ''));
    if (record?.status === 'tagged') thumbnails.add(thumbnailName(record));
    const { status, tags, modelDigest, corrections } = record ?? {};
    const taggers = kind.deployments || kind.retags ? TAGGER_NAMES : TAGGER_NAMES.slice(0, 1);
    const outcomes = taggers
      .map((name) => expectedOutcome(name, { bucket: bucketName, key }, bucket.content(key)))
      .map((outcome) =>
        outcome.status === 'tagged'
          ? { ...outcome, tags: bySet(correctedTags(outcome.tags, corrections)) }
          : outcome,
      );
    const received = { status, tags: bySet(tags ?? []), ...(modelDigest ? { modelDigest } : {}) };
    if (!outcomes.some((outcome) => isDeepStrictEqual(outcome, received)))
      expect(received).toEqual(outcomes[0]);
    expect(record?.supersededTags).toEqual([]);
    expected.push(`${status} ${key}`);
  }
  expect(listed.sort()).toEqual(expected.sort());
  // A run that was cut short may leave one of a state that no message tells of any more. None is missing.
  const kept = [...course.thumbnails].filter((name) => !kind.faults || thumbnails.has(name));
  expect(new Set(kept)).toEqual(thumbnails);
  for (const term of EVERY_LABEL) await truth.checkLabel(term);

  const garbage = await truth.garbage();
  // Retagging and corrections have no message that comes again; retagging's sweep removes what a run that was cut short
  // has left.
  // A copy that the network hands over once its entry has been removed is beyond any writer.
  const isSwept = kind.retags || kind.corrections;
  if (!isSwept) expect(garbage.filter(({ identity }) => !lateEntries.has(identity))).toEqual([]);
  for (const { identity, key, sequencer } of garbage) {
    expect(unfinishedEntries, 'entries without a record left by a completed run').toContain(identity);
    const mayDiffer = kind.deployments || isSwept || scenario.versioned;
    if (!mayDiffer && !expired.has(key)) expect(sequencer < (truth.record(key)?.sequencer ?? '')).toBe(true);
  }
  return garbage.length;
}

/** Corrections may change the order of label sets, and no other. */
export function bySet(tags: readonly Tag[]): readonly Tag[] {
  return [...tags].sort((a, b) => a.set.localeCompare(b.set));
}
