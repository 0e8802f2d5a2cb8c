import { describe, expect, it } from 'vitest';
import { jobStateIn } from '../../../functions/terminal/foreground.ts';

/** As the kernel writes it: process, name, state, parent, group, session, terminal, the terminal's group, … */
const stat = (group: number, session: number, terminalGroup: number, name = 'node') =>
  `71 (${name}) S 1 ${group} ${session} 34816 ${terminalGroup} 4194304 1 2 3`;

describe('what job control says of a process', () => {
  it.each([
    ['a command in the foreground', stat(71, 60, 71), true, true],
    ['a command behind another, as under npm', stat(70, 60, 70), true, true],
    ['a command in the background', stat(71, 60, 60), false, true],
    ['a process without a terminal', stat(71, 71, -1), false, false],
    ['the first process of a container', stat(1, 1, 1), true, false],
    ['a program with a name to mislead', stat(71, 60, 60, 'a) S 1 60 60 1 60 (b'), false, true],
    ['nothing', '', false, false],
  ])('is told of %s', (_, text, isForeground, isJob) => {
    expect(jobStateIn(text)).toEqual({ isForeground, isJob });
  });
});
