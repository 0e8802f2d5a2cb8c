import type { CommandTable } from '../../../terminal/command.ts';
import { commandOf } from '../../../terminal/subcommands.ts';

const SUBCOMMANDS: CommandTable = new Map([
  [
    'new',
    {
      operands: 'NAME',
      about: 'A file to begin with.',
      load: async () => (await import('./labels-new.ts')).labelsNew,
    },
  ],
  [
    'check',
    {
      operands: 'FILE…',
      about: 'What is wrong with files, and what the model makes of them.',
      load: async () => (await import('./labels-check.ts')).labelsCheck,
    },
  ],
  [
    'diff',
    {
      operands: 'A B',
      about: 'What two label sets say of the same images.',
      load: async () => (await import('./labels-diff.ts')).labelsDiff,
    },
  ],
  [
    'list',
    {
      about: 'The label sets at hand, each checked.',
      load: async () => (await import('./labels-list.ts')).labelsList,
    },
  ],
  [
    'learn',
    {
      operands: 'NAME',
      about: 'Learn a label, or a whole set, from pictures.',
      load: async () => (await import('./labels-learn.ts')).labelsLearn,
    },
  ],
  [
    'unlearn',
    {
      operands: 'NAME',
      about: "Go back to a label's words.",
      load: async () => (await import('./labels-unlearn.ts')).labelsUnlearn,
    },
  ],
  [
    'counts',
    {
      operands: '[QUERY]',
      about: 'How many images carry each label.',
      load: async () => (await import('./labels-counts.ts')).labelsCounts,
    },
  ],
  [
    'calibrate',
    {
      operands: 'SET|FILE',
      about: "Make a label set's scores probabilities.",
      load: async () => (await import('./labels-calibrate.ts')).labelsCalibrate,
    },
  ],
]);

export const labels = commandOf(SUBCOMMANDS, {
  name: 'labels',
  about: 'Works on label sets: the words that pictures are compared with, and how.',
});
