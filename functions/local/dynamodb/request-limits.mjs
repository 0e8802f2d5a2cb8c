// @ts-check
/**
 * Limits of Amazon DynamoDB that dynalite does not have. Without them a single legal request can take minutes, or more
 * stack than there is. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */

const MAXIMUM_EXPRESSION_BYTES = 4_096;
const MAXIMUM_OPERATORS = 300;
/** 32 levels of lists and maps, each of them two of JSON, below seven that a BatchWriteItem needs to reach its items. */
const MAXIMUM_JSON_DEPTH = 2 * 32 + 8;

const EXPRESSIONS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
];
const OPERATOR = /[=<>+-]+|\b(?:and|or|not|in|between)\b|\w+\s*\(/gi;

/**
 * @param {Buffer} body of a POST
 * @returns {{ __type: string, message: string } | undefined} the answer to a request that is beyond a limit
 */
export function requestFault(body) {
  if (jsonDepth(body) > MAXIMUM_JSON_DEPTH) {
    return validationFault('Nesting Levels have exceeded supported limits');
  }
  /** @type {unknown} */
  let request;
  try {
    request = JSON.parse(body.toString());
  } catch {
    return undefined; // dynalite's answer to it
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    const message = 'Expected an object as the body of the request';
    return { __type: 'com.amazon.coral.service#SerializationException', message };
  }
  for (const [name, expression] of expressionsOf(/** @type {Record<string, unknown>} */ (request))) {
    const fault = expressionFault(expression);
    if (fault) return validationFault(`Invalid ${name}: ${fault}`);
  }
  return tagsFault(/** @type {Record<string, unknown>} */ (request).Tags);
}

/** dynalite stores tags as they are, and ends on one that cannot be stored. @param {unknown} tags */
function tagsFault(tags) {
  if (!Array.isArray(tags)) return undefined;
  const isTag = (/** @type {unknown} */ tag) => {
    const { Key, Value } = Object(tag);
    return typeof Key === 'string' && typeof Value === 'string';
  };
  return tags.every(isTag)
    ? undefined
    : validationFault('Expected tags with a Key and a Value, both strings');
}

/** How deep objects and arrays lie in each other, with no parser that would need as much stack. @param {Uint8Array} json */
function jsonDepth(json) {
  let [depth, deepest, inText] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inText) {
      if (byte === 0x5c)
        at++; // what a backslash stands before
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}

/** @param {Record<string, unknown>} request @returns {[name: string, expression: string][]} */
function expressionsOf(request) {
  const tables = Object.values(Object(request.RequestItems));
  const entries = Array.isArray(request.TransactItems) ? request.TransactItems : [];
  const inTransaction = entries.flatMap((entry) => Object.values(Object(entry)));
  return [request, ...[...tables, ...inTransaction].map(Object)].flatMap((holder) =>
    EXPRESSIONS.flatMap((name) => {
      const expression = Object.hasOwn(holder, name) ? holder[name] : undefined;
      return typeof expression === 'string' ? [/** @type {[string, string]} */ ([name, expression])] : [];
    }),
  );
}

/** @param {string} expression */
function expressionFault(expression) {
  const bytes = Buffer.byteLength(expression);
  if (bytes > MAXIMUM_EXPRESSION_BYTES) {
    return `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`;
  }
  const operators = (expression.match(OPERATOR) ?? []).length;
  if (operators > MAXIMUM_OPERATORS) {
    return `The expression contains too many operators; operator count: ${operators}, maximum: ${MAXIMUM_OPERATORS}`;
  }
  return undefined;
}

/** @param {string} message */
function validationFault(message) {
  return { __type: 'com.amazon.coral.validate#ValidationException', message };
}
