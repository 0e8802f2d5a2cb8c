import { expect, it } from 'vitest';
import { packagePath } from '../../../functions/adapters/files/package-folder.ts';
import { checkpointReference } from '../../../functions/checkpoints/pull/checkpoint-reference.ts';
import { missingModel } from '../../../functions/tagger/missing-model.ts';
import { modelFolder } from '../../../functions/tagger/model-places.ts';

const MODELS = [packagePath('models'), packagePath('no-such-folder')];
const NONE = 'Expected a model or a model folder but there is none at';
const LISTS = '(cliptag models list shows those at hand, cliptag models pull --help those to pull)';

it.each([
  [
    'siglip2-b-32-256',
    ': one is made by cliptag models pull siglip2-b-32-256, then cliptag models compile siglip2-b-32-256',
  ],
  ['embeded', ` ${LISTS}; did you mean "embedded"?`],
  ['vit-b-32-opena', ` ${LISTS}; did you mean "vit-b-32-openai"?`],
  ['nothing-like-it', ` ${LISTS}`],
])('a model called %s that is not there is told with what to do', (name, help) => {
  expect(missingModel(name, MODELS)).toMatchObject({ code: 'no-model', message: `${NONE} ${name}${help}` });
});

it('a name that no model and no folder has is refused, and a path is left to who reads it', () => {
  expect(() => modelFolder('nothing-like-it')).toThrow(`${NONE} nothing-like-it (`);
  expect(modelFolder('test')).toBe('test');
  expect(modelFolder('./nothing')).toBe('./nothing');
  expect(modelFolder('embedded')).toBe(packagePath('models', 'embedded'));
});

it('a checkpoint of another name is told with those that are meant', () => {
  expect(() => checkpointReference('siglip2')).toThrow(
    /; did you mean "siglip2-b-32-256" or "siglip2-b-16-224"\?$/,
  );
  expect(() => checkpointReference('vit-b-32-opneai')).toThrow(/; did you mean "vit-b-32-openai"\?$/);
  expect(() => checkpointReference('')).toThrow(/received ""$/);
});
