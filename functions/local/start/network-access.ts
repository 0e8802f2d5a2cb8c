import { readFile } from 'node:fs/promises';
import { readAccessFilePath, readLocalCredentials, readPageToken } from '../../config.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { isLoopback, LOOPBACK_REACH, type Reach, reachOf } from '../http/reach.ts';
import { makeAccessFile } from './access-file.ts';

/** What flags say of who reaches the pipeline. */
export interface NetworkFlags {
  readonly host?: string | undefined;
  readonly token?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'allowed-host'?: readonly string[] | undefined;
}

/** Who reaches the pipeline, and what they need. */
export interface NetworkAccess {
  readonly reach: Reach;
  /** None where only this machine reaches it, and no token was given. */
  readonly token: string | undefined;
  /** The file with token and keys that was made just now. */
  readonly newFile?: string;
}

/** As many letters as 80 bits of hexadecimal digits have; no shorter text is safe from being guessed. */
const MINIMUM_SECRET_LENGTH = 20;
/** Far more than any token needs, and far below what a header may have. */
const MAXIMUM_TOKEN_LENGTH = 1_024;

/**
 * What flags and environment say of who reaches the pipeline. Other machines do so with a token for the page and the API, and with keys
 * that not everybody knows for S3 and DynamoDB; both are made where the environment names a file for them that is not there.
 *
 * @throws {UsageError} where one of these is missing, with the commands that make them, or the file cannot be made
 */
export async function networkAccess(
  flags: NetworkFlags,
  variables: NodeJS.ProcessEnv | undefined = undefined,
): Promise<NetworkAccess> {
  const newFile = await newAccessFile(readAccessFilePath(variables));
  const given = await givenToken(flags, variables);
  const { host = LOOPBACK_REACH.host, 'allowed-host': allowed = [] } = flags;
  const faults = given === undefined ? [] : tokenFaults(given);
  const commands: string[] = [];
  if (!isLoopback(host)) {
    const missing = missingFor(host, given, readLocalCredentials(variables));
    faults.push(...missing.faults);
    commands.push(...missing.commands);
  } else if (allowed.length > 0 && given === undefined) {
    faults.push('--allowed-host has others reach this machine by a proxy: expected a token as well');
    commands.push(MAKE_TOKEN);
  }
  if (faults.length > 0) throw refused(faults, commands);
  const isOpen = !isLoopback(host) || allowed.length > 0;
  const reach = isOpen ? reachOf(host, allowed) : { host: loopbackAddress(host) };
  return { reach, token: given, ...(newFile !== undefined && { newFile }) };
}

function refused(faults: readonly string[], commands: readonly string[]): UsageError {
  if (commands.length === 0) return new UsageError(faults);
  const [last = '', ...others] = [...faults].reverse();
  return new UsageError([...others.reverse(), `${last}. Made by:`], commands);
}

async function newAccessFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const isNew = await makeAccessFile(path).catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError([
      `CLIPTAG_ACCESS_FILE: expected a file that can be made but received ${path} (${code}); its folder must belong to the user that this runs as`,
    ]);
  });
  return isNew ? path : undefined;
}

/** A name would be another way to the address that is listened on anyway. */
function loopbackAddress(host: string): string {
  return host.toLowerCase() === 'localhost' ? LOOPBACK_REACH.host : host;
}

/** A flag goes before the environment. */
async function givenToken(
  { token, 'token-file': file }: NetworkFlags,
  variables: NodeJS.ProcessEnv | undefined,
): Promise<string | undefined> {
  if (token !== undefined) return token;
  const ofEnvironment = readPageToken(variables);
  if (file === undefined && ofEnvironment.token !== undefined) return ofEnvironment.token;
  const path = file ?? ofEnvironment.tokenFile;
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError([`the file of the token cannot be read: ${path} (${error.code})`]);
  });
  return text.trim();
}

function tokenFaults(token: string): string[] {
  const isGood = /^[\x21-\x7e]+$/.test(token) && token.length <= MAXIMUM_TOKEN_LENGTH;
  if (isGood && token.length >= MINIMUM_SECRET_LENGTH) return [];
  return [
    `expected a token of ${MINIMUM_SECRET_LENGTH} to ${MAXIMUM_TOKEN_LENGTH} letters, digits and signs without spaces but received one of ${token.length} characters (${MAKE_TOKEN} makes one)`,
  ];
}

const RANDOM = '$(node -p "crypto.randomUUID()")';
const MAKE_TOKEN = `export CLIPTAG_TOKEN=${RANDOM}`;
const MAKE_KEYS = `export CLIPTAG_ACCESS_KEY_ID=cliptag CLIPTAG_SECRET_ACCESS_KEY=${RANDOM}`;

interface Missing {
  readonly faults: readonly string[];
  /** What makes it. */
  readonly commands: readonly string[];
}

function missingFor(
  host: string,
  token: string | undefined,
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Missing {
  const needsToken = token === undefined;
  const needsKeys = accessKeyId === 'local' || secretAccessKey.length < MINIMUM_SECRET_LENGTH;
  const faults = [
    ...(needsToken ? [`--host ${host} has other machines reach the page: expected a token`] : []),
    ...(needsKeys
      ? [
          `--host ${host} has other machines reach S3 and DynamoDB: expected keys of your own, the secret one of ${MINIMUM_SECRET_LENGTH} characters or more`,
        ]
      : []),
  ];
  return { faults, commands: [...(needsToken ? [MAKE_TOKEN] : []), ...(needsKeys ? [MAKE_KEYS] : [])] };
}
