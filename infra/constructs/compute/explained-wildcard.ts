import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a policy under `scope` may name this one resource with a wildcard. cdk-nag calls it by its ARN, with references
 * in angle brackets.
 */
export function explainWildcard(scope: IConstruct, arn: string, reason: string): void {
  const resource = written(Stack.of(scope).resolve(arn));
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

function written(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const [intrinsic, operand]: [string?, unknown?] = Object.entries(value ?? {})[0] ?? [];
  if (intrinsic === 'Ref') return `<${operand}>`;
  if (intrinsic === 'Fn::GetAtt' && Array.isArray(operand)) return `<${operand.join('.')}>`;
  if (intrinsic === 'Fn::Join' && Array.isArray(operand)) {
    const [separator, parts]: [string?, unknown[]?] = [operand[0], operand[1]];
    return (parts ?? []).map(written).join(separator);
  }
  throw new Error(`Expected a string, Ref, Fn::GetAtt or Fn::Join but received ${JSON.stringify(value)}`);
}
