import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readDeploymentEnvironment } from '../functions/config.ts';
import { outdatedText } from '../functions/core/base-image-age.ts';
import { ImageTaggingStack } from './image-tagging-stack.ts';
import { faultText } from './options/faults.ts';
import { taggingImage } from './packaging/tagging-image.ts';
import { preflight } from './preflight/preflight.ts';
import { settingsAndFaults } from './read-settings.ts';

const app = new App();
try {
  const { settings, faults: contextFaults } = settingsAndFaults(app.node);
  const { model, labels: labelSets, architecture, heic, baseImage, api, packaging } = settings;
  const parts = { model, labelSets, architecture, heic, api, baseImage, packaging };
  const image = await taggingImage(parts).catch((error: Error) => error);
  if (contextFaults.length > 0 || image instanceof Error) {
    const context = contextFaults.length > 0 ? [faultText('CDK context', contextFaults)] : [];
    throw new Error([...context, ...(image instanceof Error ? [image.message] : [])].join('\n'));
  }
  const description = 'Cliptag: tags images with CLIP as they are uploaded to S3';
  const stack = new ImageTaggingStack(app, settings.stackName, { settings, image, description });
  const outdated = image.pinnedOn && outdatedText(image.pinnedOn, new Date());
  if (outdated) Annotations.of(stack).addInfo(`${outdated}. npm run pin:base renews it`);
  const environment = readDeploymentEnvironment();
  if (environment) {
    const { faults, notices } = await preflight(settings, image.modelDigest, environment);
    // Not thrown: a stack whose bucket is gone must still be destroyed. `cdk synth`, `diff` and `deploy` stop at an error.
    for (const fault of faults) Annotations.of(stack).addError(fault);
    for (const notice of notices) Annotations.of(stack).addInfo(notice);
  }
  // A violation without an acknowledged reason fails `cdk synth`, so nothing insecure can be deployed by oversight.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  // Readers need the faults, not the place in this program that found them.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
