import { z } from 'zod';
import { S3Error } from './errors.ts';

/**
 * What the policy of a form allows to be uploaded with it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export interface FormPolicy {
  readonly expires: Date;
  readonly conditions: readonly FieldCondition[];
  /** Of the file. */
  readonly minimumBytes: number;
  readonly maximumBytes: number;
}

interface FieldCondition {
  readonly operator: 'eq' | 'starts-with';
  /** In lower case. */
  readonly field: string;
  readonly value: string;
}

/** Fields that need not be in the policy; and any whose name begins with `x-ignore-`. */
const FREE_FIELDS: readonly string[] = ['policy', 'x-amz-signature', 'signature', 'awsaccesskeyid', 'file'];

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const bytes = z.coerce.number().int().min(0);
const operation = z.union([
  z.tuple([z.string().regex(/^(eq|starts-with)$/i), z.string().startsWith('$'), text]),
  z.tuple([z.string().regex(/^content-length-range$/i), bytes, bytes]),
]);
const policySchema = z.object({
  expiration: z.string(),
  conditions: z.array(z.union([operation, z.record(z.string(), text)])),
});

/** @throws {S3Error} `InvalidPolicyDocument` */
export function parsePolicy(base64: string): FormPolicy {
  const result = policySchema.safeParse(jsonIn(base64));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalidPolicy(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { expiration, conditions } = result.data;
  const expires = new Date(expiration);
  if (Number.isNaN(expires.getTime())) throw invalidPolicy(`Invalid 'expiration' value: '${expiration}'`);
  const ranges = conditions.flatMap((condition) => rangeIn(condition));
  return {
    expires,
    conditions: conditions.flatMap((condition) => fieldConditions(condition)),
    minimumBytes: Math.max(0, ...ranges.map(([minimum]) => minimum)),
    maximumBytes: Math.min(Number.POSITIVE_INFINITY, ...ranges.map(([, maximum]) => maximum)),
  };
}

/**
 * Compares the fields of a form with its policy. The bucket counts as a field.
 *
 * @throws {S3Error} `AccessDenied`
 */
export function assertAllowed(policy: FormPolicy, bucket: string, fields: ReadonlyMap<string, string>): void {
  if (policy.expires.getTime() <= Date.now()) throw notAllowed('Policy expired.');
  const values = new Map([...fields, ['bucket', bucket]]);
  for (const condition of policy.conditions) {
    if (holds(condition, values)) continue;
    const { operator, field, value } = condition;
    throw notAllowed(`Policy Condition failed: ${JSON.stringify([operator, `$${field}`, value])}`);
  }
  const covered = new Set(policy.conditions.map(({ field }) => field));
  const extra = [...values.keys()].filter(
    (name) =>
      name !== 'bucket' && !covered.has(name) && !FREE_FIELDS.includes(name) && !name.startsWith('x-ignore-'),
  );
  if (extra.length > 0) throw notAllowed(`Extra input fields: ${extra.join(', ')}`);
  // A form that names another bucket than its address is meant for that one.
  if ((fields.get('bucket') ?? bucket) !== bucket)
    throw notAllowed(`Policy Condition failed: the bucket is ${bucket}`);
}

function holds({ operator, field, value }: FieldCondition, values: ReadonlyMap<string, string>): boolean {
  const received = values.get(field) ?? '';
  if (operator === 'eq') return received === value;
  // "If the value contains commas, it is interpreted as a list, and each of them must meet the condition."
  const all = field === 'content-type' ? received.split(',').map((one) => one.trim()) : [received];
  return all.every((one) => one.startsWith(value));
}

type ParsedCondition = z.infer<typeof policySchema>['conditions'][number];

function fieldConditions(condition: ParsedCondition): FieldCondition[] {
  if (!Array.isArray(condition))
    return Object.entries(condition).map(([field, value]) => ({
      operator: 'eq' as const,
      field: field.toLowerCase(),
      value,
    }));
  const [operator, field, value] = condition;
  if (typeof field !== 'string' || typeof value !== 'string') return [];
  const isExact = operator.toLowerCase() === 'eq';
  return [{ operator: isExact ? 'eq' : 'starts-with', field: field.slice(1).toLowerCase(), value }];
}

function rangeIn(condition: ParsedCondition): [minimum: number, maximum: number][] {
  if (!Array.isArray(condition)) return [];
  const [, minimum, maximum] = condition;
  return typeof minimum === 'number' && typeof maximum === 'number' ? [[minimum, maximum]] : [];
}

function jsonIn(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw invalidPolicy('Invalid JSON.');
  }
}

function invalidPolicy(fault: string): S3Error {
  return new S3Error(400, 'InvalidPolicyDocument', `Invalid Policy: ${fault}`);
}

function notAllowed(fault: string): S3Error {
  return new S3Error(403, 'AccessDenied', `Invalid according to Policy: ${fault}`);
}
