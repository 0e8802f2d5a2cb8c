import { Match, type Template } from 'aws-cdk-lib/assertions';

export interface State {
  readonly Type: string;
  readonly [property: string]: unknown;
}
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The workflow that retags, as Step Functions gets it; the function's ARN is all that only a deployment knows. */
export function retagDefinition(template: Template, functionArn = 'FUNCTION'): Definition {
  const text = { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('EachSegment')])] };
  const found = template.findResources('AWS::StepFunctions::StateMachine', {
    Properties: { DefinitionString: text },
  });
  const [machine] = Object.values(found);
  const parts: unknown[] = machine?.Properties.DefinitionString['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : functionArn)).join(''));
}
