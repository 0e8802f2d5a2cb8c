import { MODELS_FOLDERS } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { onlyFlags } from '../../../terminal/flags.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

export const modelsList = command({
  usage: 'models list [--json]',
  about: `Lists the models at hand, by the names that --model takes, with their files compared to their checksums.
--json: {"name","model","digest","embeddingSize","sizeBytes","licence","path","verified","faults"?}
Exit code: 0; 1 when a model's files are not what its manifest says.`,
  flags: { json: JSON_FLAG },
  check: ({ operands }) => onlyFlags(operands),
  run: async ({ flags }, output) => {
    const { modelsIn } = await import('./model-list.ts');
    const { humanLines } = await import('./models-list-text.ts');
    const found = (await Promise.all(MODELS_FOLDERS.map(modelsIn))).flat();
    const lines = flags.json ? found.map((model) => JSON.stringify(model)) : humanLines(found);
    for (const line of lines) await output.line(line);
    return found.every(({ verified }) => verified) ? EXIT.done : EXIT.failed;
  },
});
