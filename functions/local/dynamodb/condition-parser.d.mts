/** Types of condition-parser.mjs, for those that are not JavaScript. */
export type Parser = (text: string, options: object) => object | string;
export function linearParser(parseCondition: Parser): Parser;
