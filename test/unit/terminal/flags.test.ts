import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../functions/terminal/exit-code.ts';
import {
  checkAboveZero,
  checkCount,
  checkPort,
  checkScore,
  checkServerPort,
  numberFrom,
  wholeFrom,
} from '../../../functions/terminal/flag-checks.ts';
import { type Input, onlyFlags, parseFlags } from '../../../functions/terminal/flags.ts';

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
      'UsageError: unknown flag --txt, -v (flags: --text, --limit, --json; a name that begins with - goes after --); did you mean "--text"?; ' +
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

describe('a check of flags and operands taken together', () => {
  const check = ({ flags: { json, text = [] }, operands }: Input<typeof flags>) => [
    ...onlyFlags(operands),
    ...(json && text.length > 0 ? ['--json does not go with --text'] : []),
  ];

  it('is told together with refused values', () => {
    expect(() => parseFlags(['--json', '--text', 'x', 'y', '--limit', '0'], flags, check)).toThrow(
      new UsageError([
        '--limit: expected a whole number from 1 up but received "0"',
        'expected only flags but received "y"',
        '--json does not go with --text',
      ]),
    );
  });

  it('is not asked where it is not clear what is a flag, a value or an operand', () => {
    expect(() => parseFlags(['--txt', 'x'], flags, check)).toThrow(
      /^unknown flag --txt [^;]*; a name[^;]*; did[^;]*$/,
    );
    expect(() => parseFlags(['--json', '--text'], flags, check)).toThrow(/^--text needs a value$/);
  });

  it('lets good ones pass', () => {
    expect(parseFlags(['--json'], flags, check)).toEqual({ flags: { json: true }, operands: [] });
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
  it.each(['0', '1', '65535'])("accept %s as a server's port", (value) => {
    expect(checkServerPort(value)).toBeUndefined();
  });
  it.each(['65536', '-1', ''])('rejects "%s" as a server\'s port', (value) => {
    expect(checkServerPort(value)).toBe('a port from 0 to 65535');
  });
  it.each(['0.1', '4', '.5'])('accept %s as above zero', (value) => {
    expect(checkAboveZero(value)).toBeUndefined();
  });
  it.each(['0', '-1', '1e3', ''])('rejects "%s" as above zero', (value) => {
    expect(checkAboveZero(value)).toBe('a number above 0');
  });
  it('rejects numbers out of a range', () => {
    expect(wholeFrom(1, 10)('10')).toBeUndefined();
    expect(wholeFrom(1, 10)('11')).toBe('a whole number from 1 to 10');
    expect(wholeFrom(1, 10)('1.5')).toBe('a whole number from 1 to 10');
    expect(numberFrom(0.5, 2)('1.5')).toBeUndefined();
    expect(numberFrom(0.5, 2)('0.4')).toBe('a number from 0.5 to 2');
  });
  it.each(['0', '65536', '-1', '80.5', 'http'])('rejects "%s" as a port', (value) => {
    expect(checkPort(value)).toMatch(/port/);
  });
});
