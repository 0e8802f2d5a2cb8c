import { InvalidInput } from '../../core/errors.ts';
import { didYouMean, nearestWords } from '../../core/labels/near-words.ts';
import { reasonAgainstRepository } from '../refused-models.ts';
import { KNOWN_MODELS } from './known-models.ts';
import type { PulledLayout } from './wanted-files.ts';

/** A checkpoint that is asked for. */
export interface CheckpointReference {
  /** The name of its folder. */
  readonly name: string;
  /** `OWNER/REPO` on the hub. */
  readonly repo: string;
  /** A commit, branch, tag or `refs/pr/N`. */
  readonly revision: string;
  /** Where it is known without asking the hub. */
  readonly licence?: string;
  readonly layout: PulledLayout;
  /** By path, the SHA-256 of files that are known beforehand. */
  readonly pins: Readonly<Record<string, string>>;
}

const DEFAULT_REVISION = 'main';

/** One part of a repository's name, or of a revision: no path may lead out of its folder. */
const PART = String.raw`(?!\.{1,2}(?:[/@]|$))[\w.-]+`;
const HUB_REFERENCE = new RegExp(`^hf:(${PART}/${PART})(?:@(${PART}(?:/${PART})*))?$`);

/**
 * Reads `NAME`, one of {@link KNOWN_MODELS}, or `hf:OWNER/REPO[@REVISION]`. The folder of the latter is
 * `OWNER--REPO`, with `@REVISION` where one is given: two revisions never share a folder.
 *
 * @throws {InvalidInput} for anything else, with the names that there are, and for a model that cannot be compiled
 */
export function checkpointReference(text: string): CheckpointReference {
  const known = Object.hasOwn(KNOWN_MODELS, text) ? KNOWN_MODELS[text] : undefined;
  if (known) return { layout: 'auto', pins: {}, ...known, name: text };
  const [, repo, revision] = HUB_REFERENCE.exec(text) ?? [];
  if (repo !== undefined) {
    const reason = reasonAgainstRepository(repo);
    if (reason !== '')
      throw new InvalidInput('Nothing to pull', [
        `Expected a model that compiles but received ${repo}${reason}`,
      ]);
    const suffix = revision === undefined ? '' : `@${revision.replaceAll('/', '-')}`;
    return {
      name: `${repo.replace('/', '--')}${suffix}`,
      repo,
      revision: revision ?? DEFAULT_REVISION,
      layout: 'auto',
      pins: {},
    };
  }
  throw new InvalidInput('Nothing to pull', [wrongName(text)]);
}

function wrongName(text: string): string {
  const names = Object.keys(KNOWN_MODELS);
  const begun = names.filter((name) => text !== '' && name.startsWith(text));
  const meant = didYouMean([...new Set([...nearestWords(text, names), ...begun])]);
  return `Expected ${names.join(', ')} or hf:OWNER/REPO[@REVISION] but received ${JSON.stringify(text)}${meant}`;
}
