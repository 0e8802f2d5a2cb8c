import { theme } from '../store/preferences.ts';
import { Icon } from './icon.tsx';

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;
const NAMES = { system: 'as the system has it', light: 'light', dark: 'dark' } as const;

/** Light, dark, or as the system has it. */
export function ThemeButton() {
  const now = theme.value;
  const text = `Colours: ${NAMES[now]}. Change to: ${NAMES[NEXT[now]]}`;
  return (
    <button
      type="button"
      class="button icon-only"
      aria-label={text}
      title={text}
      onClick={() => {
        theme.value = NEXT[now];
      }}
    >
      <Icon name={ICONS[now]} />
    </button>
  );
}
