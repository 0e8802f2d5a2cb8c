import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What LevelDB's own log says of the last opening: it leaves out the parts of a log whose checksums are wrong, and tells
 * nobody but this file (`DBImpl::RecoverLogFile`, LevelDB 1.23).
 */
export async function reportedLosses(folder: string): Promise<readonly string[]> {
  const log = await readFile(join(folder, 'LOG'), 'utf8').catch(() => '');
  return [...log.matchAll(/: (dropping \d+ bytes; .*)$/gm)].map(([, loss = '']) => loss);
}

/** Notes losses beside the folder of a store, where they stay until {@link forgetDamage}: a crash must not hide them. */
export async function noteDamage(folder: string, losses: readonly string[]): Promise<void> {
  if (losses.length > 0) await appendFile(noteFile(folder), `${losses.join('\n')}\n`, { flush: true });
}

/** What has been lost of a store since it was last mended; empty when nothing has. */
export async function damageOf(folder: string): Promise<readonly string[]> {
  const note = await readFile(noteFile(folder), 'utf8').catch(() => '');
  return note.split('\n').filter((line) => line !== '');
}

/** To be called once what was lost is mended. */
export async function forgetDamage(folder: string): Promise<void> {
  await rm(noteFile(folder), { force: true });
}

function noteFile(folder: string): string {
  return `${folder}.damage`;
}
