import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../functions/terminal/exit-code.ts';
import { checkCount, checkPort, checkScore } from '../../../functions/terminal/flag-checks.ts';
import { parseFlags } from '../../../functions/terminal/flags.ts';

const flags = {
  text: { type: 'string', multiple: true, about: '' },
  limit: { type: 'string', about: '', check: checkCount },
  json: { type: 'boolean', about: '' },
} as const;

describe('flags', () => {
  it('are read wherever they stand, and leave the rest in order', () => {
    const { flags: values, operands } = parseFlags(
      ['a', '--text', 'x', '--json', 'b', '--text=-y', '--', '--json'],
      flags,
    );
    expect(values).toEqual({ text: ['x', '-y'], json: true });
    expect(operands).toEqual(['a', 'b', '--json']);
  });

  it('may have an empty value', () => {
    expect(parseFlags(['--text', '', '--text='], flags).flags.text).toEqual(['', '']);
  });

  it('rejects everything that is wrong at once', () => {
    const args = ['--txt', 'x', '-v', '--json=1', '--limit', 'ten', '--text'];
    const fault = (() => {
      try {
        return parseFlags(args, flags);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(UsageError);
    expect(String(fault)).toBe(
      'UsageError: unknown flag --txt, -v (flags: --text, --limit, --json; a name that begins with - goes after --); ' +
        '--json takes no value but received "1"; ' +
        '--limit: expected a whole number from 1 up but received "ten"; --text needs a value',
    );
  });

  it.each(['-x.jpg', '-1', '--x.jpg', '-hx'])(
    'rejects %s as it was typed, and says how to name it',
    (arg) => {
      expect(() => parseFlags(['a.jpg', arg, arg], flags)).toThrow(
        `unknown flag ${arg} (flags: --text, --limit, --json; a name that begins with - goes after --)`,
      );
      expect(parseFlags(['--json', '--', arg], flags).operands).toEqual([arg]);
    },
  );

  it.each(['--toString', '--__proto__=1', '--constructor'])('rejects %s, which every object has', (arg) => {
    expect(() => parseFlags([arg], flags)).toThrow(/unknown flag/);
  });

  it('rejects a forgotten value in front of another flag', () => {
    expect(() => parseFlags(['--limit', '--json'], flags)).toThrow('given as --limit=--json');
  });
});

describe('checks of values', () => {
  it.each(['1', '20', '9007199254740991'])('accept %s as a count', (value) => {
    expect(checkCount(value)).toBeUndefined();
  });
  it.each(['0', '-1', '1.5', '1e3', '', ' 1', '9007199254740992'])('rejects "%s" as a count', (value) => {
    expect(checkCount(value)).toMatch(/whole number/);
  });
  it.each(['0', '1', '0.25', '.5', '1.0'])('accept %s as a score', (value) => {
    expect(checkScore(value)).toBeUndefined();
  });
  it.each(['1.01', '-0.1', 'NaN', '', '0x1', '.', '1e-1'])('rejects "%s" as a score', (value) => {
    expect(checkScore(value)).toMatch(/score/);
  });
  it.each(['1', '65535'])('accept %s as a port', (value) => {
    expect(checkPort(value)).toBeUndefined();
  });
  it.each(['0', '65536', '-1', '80.5', 'http'])('rejects "%s" as a port', (value) => {
    expect(checkPort(value)).toMatch(/port/);
  });
});
