/** AWS brings patched base images every few weeks; a pinned one gets none of it until it is pinned anew. */
export const FRESH_DAYS = 30;

const DAY_MILLISECONDS = 86_400_000;

/** The line by which a Dockerfile tells when its base image was looked up. */
const PIN_LINE = /^# Pinned on (\d{4}-\d{2}-\d{2})\.$/m;

/** The day on which the base image of a Dockerfile was pinned to its digest, as `2026-11-30`; undefined if it says none. */
export function pinnedOn(dockerfile: string): string | undefined {
  const day = PIN_LINE.exec(dockerfile)?.[1];
  return day !== undefined && Number.isNaN(Date.parse(day)) ? undefined : day;
}

/** The Dockerfile with another day. */
export function withPinDay(dockerfile: string, now: Date): string {
  return dockerfile.replace(PIN_LINE, `# Pinned on ${now.toISOString().slice(0, 10)}.`);
}

/** The Dockerfile without its day: looking once more and finding the same base must change nothing that is built. */
export function withoutPinDay(dockerfile: string): string {
  return dockerfile.replace(new RegExp(`${PIN_LINE.source}\n`, 'm'), '');
}

/** Whole days since a day such as `2026-11-30`; 0 where a clock is behind. */
export function daysSince(day: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(day)) / DAY_MILLISECONDS));
}

/** What `cdk synth` and `cliptag outdated` say of a base image; undefined while it is fresh. */
export function outdatedText(day: string, now: Date, freshDays = FRESH_DAYS): string | undefined {
  const days = daysSince(day, now);
  if (days <= freshDays) return undefined;
  return `The base image of the functions was pinned on ${day}, ${days} days ago: AWS's patches since then are not in it`;
}
