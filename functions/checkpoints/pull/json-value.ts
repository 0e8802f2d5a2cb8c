/** The value of a JSON text; undefined for any other text, which a schema then refuses like a wrong value. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
