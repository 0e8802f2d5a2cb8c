import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { inject } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import type { ImageTaggerProps } from '../../infra/options/image-tagger-props.ts';
import { provideImage } from '../../infra/packaging/provided-image.ts';
import type { TaggingImage } from '../../infra/packaging/tagging-image.ts';
import { readSettings } from '../../infra/read-settings.ts';

/** Files share this module, and what they write goes when the last of them has run. */
const folder = mkdtempSync(join(inject('runFolder'), 'infra-'));

/** What stands for an image where only the template matters: made once for all tests of a process. */
export const image: TaggingImage = {
  folder: imageFolder('FROM scratch'),
  modelDigest: '0123456789abcdef',
  dimensions: 512,
  architecture: 'arm64',
  canaryFolder: imageFolder('stands for the canary'),
  backfill: {
    folder: imageFolder('stands for the feeding function'),
    tagger: { modelDigest: 'model-a', labelSets: [{ digest: 'things-1' }] },
    modelName: 'embedded',
  },
};

export function imageFolder(dockerfile: string): string {
  const made = mkdtempSync(join(folder, 'image-'));
  writeFileSync(join(made, 'Dockerfile'), `${dockerfile}\n`);
  return made;
}

/** CDK's own template validation takes over a second a run and is exercised by `cdk synth` in cdk-synth.test.ts. */
export function newApp(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(folder, 'cdk.out-'));
  return new App({ outdir, context, builtinCloudFormationValidation: false });
}

export function stackWith(context: Record<string, unknown> = {}, app = newApp(context)): ImageTaggingStack {
  return new ImageTaggingStack(app, 'Test', { settings: readSettings(app.node), image });
}

const templates = new Map<string, Template>();

/** The template of the stack that is deployed, with these settings: synthesized once for all that ask for the same. */
export function templateWith(context: Record<string, unknown> = {}): Template {
  const settings = JSON.stringify(context);
  const template = templates.get(settings) ?? Template.fromStack(stackWith(context));
  templates.set(settings, template);
  return template;
}

/** The template of another app's stack with a tagger in it, as a user of the construct would write it. */
export function taggerTemplate(
  props: (scope: Construct) => ImageTaggerProps = () => ({}),
  given: TaggingImage = image,
): Template {
  const stack = stackWithImage(given);
  new ImageTagger(stack, 'Tagger', props(stack));
  return Template.fromStack(stack);
}

/** An empty stack whose taggers have their image already. */
export function stackWithImage(given: TaggingImage = image, props: StackProps = {}): Stack {
  const stack = new Stack(newApp(), 'Other', props);
  provideImage(stack, given);
  return stack;
}
