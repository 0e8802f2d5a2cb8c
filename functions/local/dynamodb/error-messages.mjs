/** For errors that dynalite leaves without a word, by the name that ends their type. */
const MESSAGES = {
  ResourceInUseException: 'There is a table of that name, or it is being made, changed or deleted',
  SerializationException: 'The body of the request is not JSON, or not what the operation takes',
};

/** @returns the body of an answer with an error, with a message @param {string} text */
export function withMessage(text) {
  const body = JSON.parse(text);
  if (body.message || body.Message) return text;
  const name = String(body.__type).split('#').at(-1) ?? '';
  return JSON.stringify({ ...body, message: MESSAGES[name] ?? `The request was refused: ${name}` });
}
