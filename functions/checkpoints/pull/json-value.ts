/** What a JSON text says; undefined where it is none, so that a schema refuses it as it refuses the rest. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
