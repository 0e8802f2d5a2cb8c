import { isIPv6 } from 'node:net';

/** Holds up whoever guesses tokens, by address. */
export interface GuessLimit {
  /** For how many seconds an address has to wait before another token of it is looked at; 0: it need not. */
  waitSeconds(address: string): number;
  /** Notes a wrong token. */
  noteWrong(address: string): void;
  /** Notes the right one: what was wrong before was no guess. */
  noteRight(address: string): void;
}

export interface GuessLimitOptions {
  /** Told once an address has to wait, with how many wrong tokens came from it. */
  readonly onLimit?: ((address: string, guesses: number) => void) | undefined;
  /** A clock, in milliseconds. @default one that nobody sets */
  readonly now?: () => number;
}

/** Whoever mistypes a token, or has an old one in a script, needs a few. */
export const FREE_GUESSES = 10;
/** At twelve an hour no token is found; whoever has the right one waits for no longer. */
const MAXIMUM_WAIT_SECONDS = 300;
const FORGOTTEN_MILLISECONDS = 15 * 60_000;
/** More addresses are not kept: those come first off that have guessed least lately. */
const MAXIMUM_ADDRESSES = 10_000;

interface Guesser {
  readonly guesses: number;
  readonly last: number;
}

/**
 * After ten wrong tokens of an address, each further one doubles the time in which it is not listened to, up to five minutes. A quarter of
 * an hour without one makes all good.
 */
export function guessLimit({
  onLimit = () => {},
  now = () => performance.now(),
}: GuessLimitOptions = {}): GuessLimit {
  const guessers = new Map<string, Guesser>();

  function guesser(name: string): Guesser | undefined {
    const found = guessers.get(name);
    if (found && now() - found.last >= FORGOTTEN_MILLISECONDS) guessers.delete(name);
    return guessers.get(name);
  }

  return {
    waitSeconds(address) {
      const { guesses = 0, last = 0 } = guesser(networkOf(address)) ?? {};
      if (guesses < FREE_GUESSES) return 0;
      const wait = Math.min(2 ** (guesses - FREE_GUESSES), MAXIMUM_WAIT_SECONDS);
      return Math.max(0, Math.ceil((last + wait * 1_000 - now()) / 1_000));
    },
    noteWrong(address) {
      const name = networkOf(address);
      const guesses = (guesser(name)?.guesses ?? 0) + 1;
      guessers.delete(name);
      guessers.set(name, { guesses, last: now() });
      if (guesses === FREE_GUESSES) onLimit(address, guesses);
      const [oldest] = guessers.keys();
      if (guessers.size > MAXIMUM_ADDRESSES && oldest !== undefined) guessers.delete(oldest);
    },
    noteRight: (address) => void guessers.delete(networkOf(address)),
  };
}

/** Whoever has one address of IPv6 has all of its /64. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? [] : Array(8 - parts(head).length - parts(tail).length).fill('0');
  const all = [...parts(head), ...zeros, ...parts(tail ?? '')];
  return all
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}
