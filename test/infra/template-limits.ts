import type { Template } from 'aws-cdk-lib/assertions';

/** What AWS refuses only once a stack is being deployed. */
interface Limit {
  readonly of: string;
  readonly maximum: number;
}
const LIMITS = {
  /** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  environment: { of: 'the environment of a function', maximum: 4_096 },
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
  pattern: { of: 'an event pattern', maximum: 2_048 },
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  inlinePolicies: { of: 'the inline policies of a role', maximum: 10_240 },
  managedPolicy: { of: 'a managed policy', maximum: 6_144 },
  managedPolicies: { of: 'the managed policies of a role', maximum: 10 },
  /** https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html */
  endpointPolicy: { of: 'the policy of an endpoint', maximum: 20_480 },
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
  resources: { of: 'the resources of a stack', maximum: 500 },
  template: { of: 'a template', maximum: 1_000_000 },
  /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
  groupDescription: { of: 'the description of a security group', maximum: 255 },
  /** https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
  tags: { of: 'the tags of a resource', maximum: 50 },
} satisfies Record<string, Limit>;

/** What stands for a name or an ARN that only the deployment knows. */
const UNKNOWN = '?'.repeat(90);

/** A value of a template as AWS gets it. */
function rendered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rendered);
  if (typeof value !== 'object' || value === null) return value;
  const [[name = '', operand] = []] = Object.entries(value);
  if (name === 'Fn::Join' && Array.isArray(operand))
    return rendered(operand[1] as unknown[] as never[])?.toString();
  if (name === 'Ref' && operand === 'AWS::Partition') return 'aws';
  if (name === 'Ref' || name.startsWith('Fn::')) return UNKNOWN;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rendered(one)]));
}

const size = (value: unknown) => Buffer.byteLength(JSON.stringify(rendered(value)) ?? '');

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Where a template would be refused by its sizes. */
export function sizeFaults(template: Template): readonly string[] {
  const json = template.toJSON();
  const resources = Object.entries<Resource>(json.Resources);
  const faults: string[] = [];
  const expect = ({ of, maximum }: Limit, name: string, received: number) => {
    if (received > maximum) faults.push(`Expected at most ${maximum} for ${of} but ${name} has ${received}`);
  };
  expect(LIMITS.resources, 'it', resources.length);
  expect(LIMITS.template, 'it', size(json));
  const inline = new Map<string, number>();
  for (const [name, { Type, Properties = {} }] of resources) {
    const { Environment, EventPattern, PolicyDocument, Roles, GroupDescription, Tags, ManagedPolicyArns } =
      Properties;
    if (Environment) expect(LIMITS.environment, name, size(Environment));
    if (EventPattern) expect(LIMITS.pattern, name, JSON.stringify(EventPattern).length);
    if (Type === 'AWS::IAM::ManagedPolicy') expect(LIMITS.managedPolicy, name, size(PolicyDocument));
    if (Type === 'AWS::EC2::VPCEndpoint') expect(LIMITS.endpointPolicy, name, size(PolicyDocument));
    if (Type === 'AWS::IAM::Policy') {
      for (const role of Roles as unknown[]) {
        const key = JSON.stringify(role);
        inline.set(key, (inline.get(key) ?? 0) + size(PolicyDocument));
      }
    }
    if (Array.isArray(ManagedPolicyArns)) expect(LIMITS.managedPolicies, name, ManagedPolicyArns.length);
    if (typeof GroupDescription === 'string') expect(LIMITS.groupDescription, name, GroupDescription.length);
    if (Array.isArray(Tags)) expect(LIMITS.tags, name, Tags.length);
  }
  for (const [role, bytes] of inline) expect(LIMITS.inlinePolicies, role, bytes);
  return faults;
}
