import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import { image, stackWithImage, taggerTemplate, templateWith } from './tagger-template.ts';

const FOREIGN = {
  foreignBucket: '111122223333/theirs,111122223333/theirs-too,444455556666/others',
  prefix: 'in/',
};
const BUS = { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerForwardedBus'), 'Arn'] };

describe('buckets of other accounts', () => {
  it('send their events to an event bus that takes those of their accounts alone', () => {
    const template = templateWith(FOREIGN);
    template.resourceCountIs('AWS::Events::EventBusPolicy', 2);
    for (const account of ['111122223333', '444455556666']) {
      template.hasResourceProperties('AWS::Events::EventBusPolicy', {
        EventBusName: { Ref: Match.stringLikeRegexp('^TaggerForwardedBus') },
        StatementId: `EventsOf${account}`,
        Statement: {
          Action: 'events:PutEvents',
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', Match.arrayWith([`:iam::${account}:root`])] } },
          Resource: BUS,
        },
      });
    }
  });

  it('have those brought to the queue that tell of their own objects, by a rule that may send there', () => {
    const template = templateWith(FOREIGN);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('^TaggerForwardedBus') },
      EventPattern: {
        account: ['111122223333', '444455556666'],
        source: ['aws.s3'],
        detail: {
          bucket: { name: ['theirs', 'theirs-too', 'others'] },
          object: { key: [{ prefix: 'in/' }] },
        },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
    const rule = { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerForwardedRule'), 'Arn'] };
    const allowed = {
      Action: 'sqs:SendMessage',
      Condition: Match.objectLike({ ArnEquals: { 'aws:SourceArn': rule } }),
    };
    const policy = { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(allowed)]) } };
    template.resourcePropertiesCountIs('AWS::SQS::QueuePolicy', policy, 2);
  });

  it('may be read under the prefixes, and are not changed: no notification of theirs, and no bucket is made', () => {
    const template = templateWith(FOREIGN);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    const arn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::others/in/*']] };
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^TaggerTaggingRole'),
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Resource: Match.arrayWith([arn]),
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ BUCKETS: 'theirs,theirs-too,others' }) },
    });
    expect(template.toJSON().Outputs.ForwardedEventBusArn.Value).toMatchObject({
      'Fn::GetAtt': [expect.any(String), 'Arn'],
    });
  });

  it('stand beside buckets of the account', () => {
    const template = templateWith({ ...FOREIGN, bucket: 'ours' });
    template.resourceCountIs('AWS::Events::Rule', 2);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ BUCKETS: 'ours,theirs,theirs-too,others' }) },
    });
  });

  it('are a prop as well; one that is no such bucket is rejected, and so are more than a pattern takes', () => {
    const tagger = (foreignBuckets: readonly { account: string; bucketName: string }[]) =>
      taggerTemplate(() => ({ foreignBuckets }));
    tagger([{ account: '111122223333', bucketName: 'theirs' }]).resourceCountIs('AWS::Events::EventBus', 1);
    expect(() => tagger([{ account: 'theirs', bucketName: 'theirs' }])).toThrow(
      'Expected buckets of other accounts, each with account and bucketName for foreignBuckets but received [{"account":"theirs"',
    );
    const many = Array.from({ length: 60 }, (_, i) => ({
      account: '111122223333',
      bucketName: `${'x'.repeat(40)}${i}`,
    }));
    expect(() => tagger(many)).toThrow(
      /Expected foreignBuckets, prefixes and suffixes to make an event pattern/,
    );
  });

  it('have a bus of the stack’s own name, however long that is: two stacks are two buses', () => {
    const nameIn = (stackName: string) => {
      const stack = stackWithImage(image, { stackName });
      new ImageTagger(stack, 'Tagger', {
        foreignBuckets: [{ account: '111122223333', bucketName: 'theirs' }],
      });
      const [bus] = Object.values(Template.fromStack(stack).findResources('AWS::Events::EventBus'));
      return String(bus?.Properties.Name);
    };
    const names = ['photos-dev', 'photos-prod', `p${'x'.repeat(127)}`].map(nameIn);
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toMatch(/^photosdev-/);
    for (const name of names) expect(name).toMatch(/^[\w.-]{1,256}$/);
  });
});
