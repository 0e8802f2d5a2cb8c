export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function isShell(text: string): text is Shell {
  return SHELLS.some((shell) => shell === text);
}

/** What asks for a shell's words, of which it prints one a line; `:files` stands for its own files where no word fits. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: String.raw`# Completes cliptag in bash: source <(cliptag completion bash)
_cliptag() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("${'$'}{line%%$'\t'*}")
    fi
  done < <("${'$'}{COMP_WORDS[0]}" completion words bash -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cliptag cliptag`,

  zsh: String.raw`#compdef cliptag
# Completes cliptag in zsh: source <(cliptag completion zsh), after compinit
_cliptag() {
  local line name with_files=0
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      with_files=1
    else
      name=${'$'}{line%%$'\t'*}
      found+=("${'$'}{name//:/\\:}:${'$'}{line#*$'\t'}")
    fi
  done < <(${'$'}{(Q)words[1]} completion words zsh -- "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( $#found )); then
    _describe cliptag found
  elif (( with_files )); then
    _files
  fi
}
if [[ $funcstack[1] == _cliptag ]]; then
  _cliptag "$@"
else
  compdef _cliptag cliptag
fi`,

  fish: `# Completes cliptag in fish: cliptag completion fish > ~/.config/fish/completions/cliptag.fish
function __cliptag_words
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program $before[1]
    set -e before[1]
    set -l found (command $program completion words fish -- $before "$current" 2>/dev/null)
    if test (count $found) -eq 1; and test "$found[1]" = :files
        __fish_complete_path "$current"
    else
        string match -v -- :files $found
    end
end
complete -c cliptag -f -a '(__cliptag_words)'`,
};

/** The script that completes this program in a shell. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
