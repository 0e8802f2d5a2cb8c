/** @throws Error with all faults, if there are any */
export function throwFaults(subject: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faultText(subject, faults));
}

/** Writes one paragraph a fault; a fault's further lines stand below its first. */
export function faultText(subject: string, faults: readonly string[]): string {
  return [`${subject}:`, ...faults.map((text) => `  - ${text.replaceAll('\n', '\n    ')}`)].join('\n');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
