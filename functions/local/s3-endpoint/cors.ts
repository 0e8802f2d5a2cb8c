import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { S3Error } from './errors.ts';
import { oneOrMore, parseXml, type XmlElements } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export type CorsRule = z.infer<typeof ruleSchema>;

const repeated = z.preprocess(oneOrMore, z.array(z.string()));
const ruleSchema = z.object({
  ID: z.string().optional(),
  AllowedOrigin: repeated.refine((origins) => origins.length > 0, 'at least one is needed'),
  AllowedMethod: z.preprocess(oneOrMore, z.array(z.enum(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])).min(1)),
  AllowedHeader: repeated,
  ExposeHeader: repeated,
  MaxAgeSeconds: z.string().regex(/^\d+$/).optional(),
});
const configurationSchema = z.object({ CORSRule: z.preprocess(oneOrMore, z.array(ruleSchema).min(1)) });

/** @throws {S3Error} `MalformedXML` */
export function parseCorsConfiguration(xml: string): CorsRule[] {
  return parseXml(xml, 'CORSConfiguration', configurationSchema).CORSRule;
}

export function corsConfigurationElements(rules: readonly CorsRule[]): XmlElements {
  return { CORSRule: rules };
}

/** The headers that let a page in a browser see an answer; none when no rule fits. */
export function corsHeaders(
  rules: readonly CorsRule[],
  method: string,
  headers: IncomingHttpHeaders,
): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  const askedHeaders = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find((candidate) => allows(candidate, origin, method, askedHeaders));
  return rule ? allowing(rule, origin, askedHeaders) : {};
}

/** Whether pages of an origin may ask with a method; `''` is a page whose origin the browser does not tell. */
export function allowsOrigin(rules: readonly CorsRule[], method: string, origin: string): boolean {
  return rules.some((rule) => allows(rule, origin, method, []));
}

/** @throws {S3Error} `AccessForbidden` when no rule allows what the browser asks for */
export function preflightHeaders(
  rules: readonly CorsRule[],
  headers: IncomingHttpHeaders,
): Record<string, string> {
  const allowed = corsHeaders(rules, headers['access-control-request-method'] ?? '', headers);
  if (Object.keys(allowed).length > 0) return allowed;
  throw new S3Error(
    403,
    'AccessForbidden',
    "CORSResponse: no rule of the bucket's CORS configuration allows this.",
  );
}

function allows(rule: CorsRule, origin: string, method: string, askedHeaders: readonly string[]): boolean {
  return (
    rule.AllowedMethod.some((allowed) => allowed === method) &&
    rule.AllowedOrigin.some((pattern) => fits(pattern, origin)) &&
    askedHeaders.every((name) => rule.AllowedHeader.some((pattern) => fits(pattern.toLowerCase(), name)))
  );
}

function allowing(rule: CorsRule, origin: string, askedHeaders: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-origin': rule.AllowedOrigin.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethod.join(', '),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    ...(askedHeaders.length > 0 && { 'access-control-allow-headers': askedHeaders.join(', ') }),
    ...(rule.ExposeHeader.length > 0 && { 'access-control-expose-headers': rule.ExposeHeader.join(', ') }),
    ...(rule.MaxAgeSeconds !== undefined && { 'access-control-max-age': rule.MaxAgeSeconds }),
  };
}

/** A pattern has at most one `*`, which stands for any text. */
function fits(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
