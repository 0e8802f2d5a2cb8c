import { type Command, type CommandTable, command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { completionScript, isShell, SHELLS } from './completion-script.ts';

/** How the scripts ask: `completion words SHELL -- WORD…`. */
const WORDS = 'words';

/**
 * The command that teaches shells the others.
 *
 * @param tableOf every command of the program, itself among them
 */
export function completionOf(tableOf: () => CommandTable): Command {
  return command({
    usage: `completion ${SHELLS.join('|')}`,
    about: `Prints a script that lets a shell complete commands, flags, label sets and models:
  bash  put this into ~/.bashrc:  source <(cliptag completion bash)
  zsh   put this into ~/.zshrc, after compinit:  source <(cliptag completion zsh)
  fish  cliptag completion fish > ~/.config/fish/completions/cliptag.fish
The script asks the very program that is typed, so that it fits every version.`,
    example: 'completion bash',
    operands: SHELLS,
    flags: {},
    check: ({ operands: [first = '', shell = '', ...words] }) =>
      (isShell(first) && shell === '' && words.length === 0) || (first === WORDS && isShell(shell))
        ? []
        : [
            `expected one of ${SHELLS.join(', ')} but received ${receivedText([first, shell, ...words].filter(Boolean))}`,
          ],
    run: async ({ operands: [first = '', shell = '', ...words] }, output) => {
      if (isShell(first)) {
        await output.line(completionScript(first));
        return EXIT.done;
      }
      const [{ completionsOf }, { namesAtHand }] = await Promise.all([
        import('./completions.ts'),
        import('./names-at-hand.ts'),
      ]);
      const isBash = shell === 'bash';
      const { words: found, withFiles } = await completionsOf(words, tableOf(), {
        names: namesAtHand,
        isBash,
      });
      for (const { word, about } of found)
        await output.line(about === undefined ? word : `${word}\t${about}`);
      if (withFiles) await output.line(':files');
      return EXIT.done;
    },
  });
}
