import { command } from '../../../terminal/command.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { QUEUE_FLAGS } from '../../pipeline/queue-flags.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

const flags = {
  set: {
    type: 'string',
    value: 'FILE|SETNAME',
    about: 'The label set. Default: the only one at hand that knows NAME.',
    check: checkNotEmpty,
  },
  model: { ...MODEL_FLAG, about: 'Only what was learned with this model. Default: with any.' },
  'http-port': QUEUE_FLAGS['http-port'],
  json: JSON_FLAG,
} as const;

export const labelsUnlearn = command({
  usage: 'labels unlearn NAME [--set FILE|SETNAME] [--model NAME|FOLDER] [--json]',
  about: `Has a label that was learned from examples go back to its words. The label stays in its label set.
--json: {"path","label","modelDigests"}.
Exit code: 0; 1 when it was not learned; 2 when it was asked for wrongly.`,
  example: 'labels unlearn pip --set my-labels.yaml',
  flags,
  check: ({ operands }) =>
    operands.length === 1 ? [] : [`expected one NAME of a label but received ${receivedText(operands)}`],
  run: async ({ flags: given, operands: [name = ''] }, output) => {
    const { runUnlearning } = await import('./learn/unlearning.ts');
    return runUnlearning(name, given, output);
  },
});
