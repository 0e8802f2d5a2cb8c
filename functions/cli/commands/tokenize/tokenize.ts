import { printable } from '../../../core/printable.ts';
import { DEFAULT_MODEL, modelFolder } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

export const tokenize = command({
  usage: 'tokenize TEXT… [--model NAME|FOLDER] [--json]',
  about: `Prints the token ids of each text, from start token to end token, as the model's text encoder takes them.
Needs only the tokenizer of the model's folder (tokenizer.json, or SigLIP 2's tokenizer.bin). Texts that begin with - go after --.
--json: {"text","ids":[…]}`,
  example: "tokenize 'a photo of a dog'",
  flags: { model: MODEL_FLAG, json: JSON_FLAG },
  check: ({ operands }) => (operands.length === 0 ? ['expected at least one TEXT'] : []),
  run: async ({ flags, operands }, output) => {
    // Loaded only now, so that help and faults of the command line do not wait for it.
    const { loadTokenizer } = await import('../../../adapters/onnx/tokenizer.ts');
    const idsOf = await loadTokenizer(modelFolder(flags.model ?? DEFAULT_MODEL));
    for (const text of operands) {
      const ids = idsOf(text);
      await output.line(flags.json ? JSON.stringify({ text, ids }) : `${printable(text)}: ${ids.join(' ')}`);
    }
    return EXIT.done;
  },
});
