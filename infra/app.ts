import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ImageTaggingStack } from './image-tagging-stack.ts';
import { readSettings } from './settings.ts';

const app = new App();
const settings = readSettings(app.node);
new ImageTaggingStack(app, settings.stackName, {
  settings,
  description: 'Cliptag: tags images with CLIP as they are uploaded to S3',
});
// A violation without an acknowledged reason fails `cdk synth`, so nothing insecure can be deployed by oversight.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
