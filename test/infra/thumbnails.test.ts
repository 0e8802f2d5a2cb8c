import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import type { ImageTaggerProps } from '../../infra/options/image-tagger-props.ts';
import { stackWithImage, templateWith } from './tagger-template.ts';

const named = (stack: Stack, name: string) => Bucket.fromBucketName(stack, `Named-${name}`, name);

function variablesOf(template: Template): Record<string, unknown> {
  const [tagging] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { PackageType: 'Image' } }),
  );
  return tagging?.Properties.Environment.Variables;
}

/** Statements of all policies with this action. */
function statementsOf(template: Template, action: string): readonly { Resource: unknown }[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) =>
      [Action].flat().includes(action),
    ),
  );
}

describe('thumbnails', () => {
  it('are not made unless they are asked for, and nobody may write objects', () => {
    const template = templateWith();
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(variablesOf(template)).not.toHaveProperty('THUMBNAIL_BUCKET');
    expect(statementsOf(template, 's3:PutObject')).toEqual([]);
  });

  it('have a private bucket of their own, which tells nobody of them', () => {
    const template = templateWith({ thumbnails: true });
    const [[id, bucket] = []] = Object.entries(template.findResources('AWS::S3::Bucket')).filter(([name]) =>
      name.startsWith('TaggerThumbnails'),
    );
    expect(bucket?.Properties).not.toHaveProperty('NotificationConfiguration');
    expect(bucket?.Properties.PublicAccessBlockConfiguration).toMatchObject({ BlockPublicAcls: true });
    expect(variablesOf(template)).toMatchObject({
      THUMBNAIL_BUCKET: { Ref: id },
      THUMBNAIL_PREFIX: 'thumbnails/',
    });
    template.hasOutput('ThumbnailBucketName', { Value: { Ref: id } });
    const resource = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, '/thumbnails/*']] };
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect(statementsOf(template, action).map(({ Resource }) => Resource)).toEqual([resource]);
    }
  });

  it('may be read by the API, and not be written', () => {
    const template = templateWith({ thumbnails: true, api: true });
    const variables = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment?.Variables.THUMBNAIL_BUCKET ?? [],
    );
    expect(variables).toHaveLength(2);
    const [{ Ref: bucket } = { Ref: '' }] = variables;
    const small = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/thumbnails/*']] };
    const reading = statementsOf(template, 's3:GetObject').flatMap(({ Resource }) => [Resource].flat());
    expect(reading.filter((one) => JSON.stringify(one) === JSON.stringify(small))).toHaveLength(1);
    expect(statementsOf(template, 's3:DeleteObject')).toHaveLength(1);
  });

  it('are kept in the bucket that is given, by its key, and are not tagged there', () => {
    const stack = stackWithImage();
    const bucket = new Bucket(stack, 'Mine', { encryptionKey: new Key(stack, 'Key') });
    const props: ImageTaggerProps = { thumbnails: true, thumbnailBucket: bucket, thumbnailPrefix: 'small/' };
    const tagger = new ImageTagger(stack, 'Tagger', { ...props, buckets: [bucket], prefixes: ['in/'] });
    expect(tagger.thumbnails).toEqual({ bucket, prefix: 'small/' });
    const template = Template.fromStack(stack);
    expect(JSON.stringify(statementsOf(template, 's3:PutObject')[0]?.Resource)).toContain('/small/*');
    expect(JSON.stringify(statementsOf(template, 'kms:GenerateDataKey'))).toContain('"Key');
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { object: { key: [{ prefix: 'in/' }] } } },
    });
    expect(variablesOf(template)).toMatchObject({ KEY_PREFIXES: 'in/', THUMBNAIL_PREFIX: 'small/' });
  });

  it.each<[string, readonly string[]]>([
    ['any key is tagged', []],
    ['they lie under a prefix that is tagged', ['a/', 'th']],
    ['a part of theirs is tagged', ['thumbnails/2026/']],
  ])('are rejected in a watched bucket where %s', (_, prefixes) => {
    const stack = stackWithImage();
    const props = { buckets: [named(stack, 'photos')], thumbnails: true, prefixes };
    const thumbnailBucket = Bucket.fromBucketName(stack, 'Again', 'photos');
    expect(() => new ImageTagger(stack, 'Tagger', { ...props, thumbnailBucket })).toThrow(
      /Expected thumbnails in a bucket that is not watched, or prefixes that leave out thumbnails\//,
    );
  });

  it('are rejected in a bucket that is added, and without being asked for', () => {
    const stack = stackWithImage();
    const tagger = new ImageTagger(stack, 'Tagger', { buckets: [named(stack, 'photos')], thumbnails: true });
    const own = tagger.thumbnails?.bucket as Bucket;
    expect(() => tagger.addBucket(own)).toThrow('thumbnails would be tagged themselves');
    const thumbnailBucket = named(stack, 'small');
    expect(() => new ImageTagger(stack, 'Other', { thumbnailBucket })).toThrow(
      'Expected thumbnails to be true with thumbnailBucket but received false',
    );
  });
});
