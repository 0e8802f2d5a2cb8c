import { loadTokenizer } from '../../../adapters/onnx/tokenizer.ts';
import { printable } from '../../../core/printable.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { DEFAULT_MODEL, modelFolder } from '../../places.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

export const tokenize = command({
  usage: 'tokenize TEXT… [--model NAME|DIR] [--json]',
  about: `Prints the token ids of each text, from start token to end token, as the model's text encoder takes them.
Of a model's folder only its tokenizer.json is needed. Texts that begin with - go after --.
--json: {"text","ids":[…]}`,
  flags: { model: MODEL_FLAG, json: JSON_FLAG },
  run: async ({ flags, operands }, output) => {
    if (operands.length === 0) throw new UsageError(['expected at least one TEXT']);
    const idsOf = await loadTokenizer(modelFolder(flags.model ?? DEFAULT_MODEL));
    for (const text of operands) {
      const ids = idsOf(text);
      await output.line(flags.json ? JSON.stringify({ text, ids }) : `${printable(text)}: ${ids.join(' ')}`);
    }
    return EXIT.done;
  },
});
