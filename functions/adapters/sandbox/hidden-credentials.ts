import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/**
 * What Lambda gives a function its role's rights by: keys, or with SnapStart the token that they are fetched with.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-credentials
 */
const CREDENTIAL_VARIABLES = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

/** Where a process's first environment lies, in /proc/PID/stat after the name, which may hold anything but `) `. */
const ENV_START = 47;
const ENV_END = 48;

const ENVIRONMENT = '/proc/self/environ';

/**
 * Takes the credentials out of what `/proc/PID/environ` shows of this process to every process of its user, those that
 * decode images among them. Neither deleting nor setting a variable does that: the kernel shows the memory that the
 * process was started with, so that memory is written over. `process.env` keeps them, in memory of its own, which is
 * where the SDK looks for them.
 *
 * @returns whether no credentials are to be seen there; false where the system gives no such access
 *
 * @example
 * logger.info('ready', { credentialsHidden: hideCredentials() });
 */
export function hideCredentials(): boolean {
  try {
    if (isClosed()) return true;
    moveToOwnMemory();
    overwriteFirst();
    return valuesIn(readFileSync(ENVIRONMENT, 'latin1')).length === 0;
  } catch {
    return false;
  }
}

/**
 * Whether the kernel shows neither environment nor memory of this process to its own user, as of a program that is not to be read
 * (infra/packaging/Dockerfile). What the process itself may not open, no other one of that user may.
 */
function isClosed(): boolean {
  try {
    closeSync(openSync(ENVIRONMENT, 'r'));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Only a variable that is not there gets new memory for certain. */
function moveToOwnMemory(): void {
  const { env } = process;
  for (const name of CREDENTIAL_VARIABLES) {
    const value = env[name];
    if (value === undefined) continue;
    delete env[name];
    env[name] = value;
  }
}

/** Entries end in a zero; an entry's value becomes zeros too. */
function overwriteFirst(): void {
  const { start, end } = firstEnvironment();
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    const block = Buffer.alloc(end - start);
    readSync(memory, block, 0, block.length, start);
    for (const { at, length } of valuesIn(block.toString('latin1'))) {
      writeSync(memory, Buffer.alloc(length), 0, length, start + at);
    }
  } finally {
    closeSync(memory);
  }
}

function firstEnvironment(): { readonly start: number; readonly end: number } {
  const text = readFileSync('/proc/self/stat', 'latin1');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  const [start, end] = [Number(fields[ENV_START]), Number(fields[ENV_END])];
  // The kernel gives zeros to those who may not know.
  if (!(start > 0 && end > start)) throw new Error('Expected the place of the environment');
  return { start, end };
}

/** The credentials' values in a block of `NAME=value` entries. */
function valuesIn(block: string): readonly { readonly at: number; readonly length: number }[] {
  let at = 0;
  return block.split('\0').flatMap((entry) => {
    const [name = ''] = entry.split('=', 1);
    const value = { at: at + name.length + 1, length: entry.length - name.length - 1 };
    at += entry.length + 1;
    return CREDENTIAL_VARIABLES.includes(name) && value.length > 0 ? [value] : [];
  });
}
