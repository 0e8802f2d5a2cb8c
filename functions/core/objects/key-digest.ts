import { createHash } from 'node:crypto';

const HEX_DIGITS = 16;

/**
 * Stands for an object's key where keys are not to be read. Whoever knows a key finds what was said of it, by
 * `printf %s KEY | sha256sum`; so a key that is easily guessed is found by guessing.
 *
 * @example
 * keyDigest('a.jpg'); // 'sha256:509b0d4641a7c3ba'
 */
export function keyDigest(key: string): string {
  return `sha256:${createHash('sha256').update(key, 'utf8').digest('hex').slice(0, HEX_DIGITS)}`;
}
