/** Labels as somebody types them: one a line, or with commas between them; each once, in whatever letter case. */
export function typedLabels(text: string): readonly string[] {
  const seen = new Set<string>();
  return text
    .split(/[\n,;]/)
    .map((label) => label.trim().replace(/\s+/g, ' '))
    .filter((label) => {
      const folded = label.toLowerCase();
      if (label === '' || seen.has(folded)) return false;
      seen.add(folded);
      return true;
    });
}

/** A name for a label set that has none: what it begins with, as names may be written. */
export function suggestedName(labels: readonly string[], taken: readonly string[]): string {
  const words = labels[0]?.normalize('NFKD').toLowerCase() ?? '';
  const name =
    words
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'my-labels';
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What is wrong with a name; nothing where it may be used. */
export function nameFault(name: string, taken: readonly string[]): string | undefined {
  if (!NAME.test(name)) return 'Use small letters, digits, hyphens and underscores, up to 63.';
  return taken.includes(name) ? 'There is a label set of that name already.' : undefined;
}
