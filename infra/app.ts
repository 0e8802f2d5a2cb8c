import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { taggingImage } from './constructs/tagging-image.ts';
import { ImageTaggingStack } from './image-tagging-stack.ts';
import { readSettings } from './settings.ts';

const app = new App();
try {
  const settings = readSettings(app.node);
  const { model, labels: labelSets, architecture, baseImage } = settings;
  new ImageTaggingStack(app, settings.stackName, {
    settings,
    image: await taggingImage({ model, labelSets, architecture, baseImage }),
    description: 'Cliptag: tags images with CLIP as they are uploaded to S3',
  });
  // A violation without an acknowledged reason fails `cdk synth`, so nothing insecure can be deployed by oversight.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  // The reader wants the faults, not the place in this program that found them.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
