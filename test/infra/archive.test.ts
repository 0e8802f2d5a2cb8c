import { Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { archiveVariables } from '../../infra/packaging/archive.ts';
import { readSettings } from '../../infra/read-settings.ts';
import { image, newApp } from './tagger-template.ts';

const FUNCTION = 'AWS::Lambda::Function';
const archive = { ...image, archiveVariables: archiveVariables(true) };

function archiveStack(context: Record<string, unknown> = {}, app = newApp(context)): ImageTaggingStack {
  return new ImageTaggingStack(app, 'Test', { settings: readSettings(app.node), image: archive });
}

describe('functions as zip archives', () => {
  const template = Template.fromStack(archiveStack({ packaging: 'zip', api: true }));

  it('run on Lambda’s own Node.js, each with its handler and the variables that an image has', () => {
    template.resourcePropertiesCountIs(FUNCTION, { PackageType: 'Image' }, 0);
    for (const Handler of ['handler.handler', 'retag.handler', 'api.handler']) {
      template.hasResourceProperties(FUNCTION, {
        ...{ Handler, Runtime: 'nodejs24.x', Architectures: ['arm64'] },
        Code: { S3Bucket: Match.anyValue(), S3Key: Match.anyValue() },
        Environment: {
          Variables: {
            TABLE_NAME: Match.anyValue(),
            ...{
              MODEL_FOLDER: '/var/task/model',
              LABEL_SETS: '/var/task/labels',
              HEIC: 'true',
              HOME: '/tmp',
            },
            CLASSIFIER_FOLDER: '/var/task/classifiers',
          },
        },
      });
    }
  });

  it('have no base image that could be old', () => {
    expect(template.toJSON().Outputs).not.toHaveProperty('BaseImagePinnedOn');
  });

  it('break no rule of cdk-nag', () => {
    const app = newApp();
    archiveStack({}, app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});
