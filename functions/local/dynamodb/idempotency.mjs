/** As long as DynamoDB knows a token: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const LIFETIME_MILLISECONDS = 10 * 60 * 1_000;
/** So that tokens take little memory; the oldest are forgotten first. */
const MAXIMUM_TOKENS = 10_000;

/**
 * Has a task with a token done once: SDKs send a request again, with the token that they have made for it, when they have no answer.
 * What was refused is tried anew. A start of the engine forgets all tokens.
 */
export function createIdempotency(now = Date.now) {
  /** In the order of their beginning. */
  const known = new Map();

  return async (token, digest, task) => {
    for (const [old, { began }] of known) {
      if (known.size < MAXIMUM_TOKENS && now() - began < LIFETIME_MILLISECONDS) break;
      known.delete(old);
    }
    const before = known.get(token);
    if (before && before.digest !== digest) throw mismatch();
    if (before) return before.answer;
    const entry = { began: now(), digest, answer: task() };
    known.set(token, entry);
    entry.answer.catch(() => {
      if (known.get(token) === entry) known.delete(token);
    });
    return entry.answer;
  };
}

function mismatch() {
  const message = 'The token was used within ten minutes for a request with other parameters';
  return Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: 'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException', message },
  });
}
