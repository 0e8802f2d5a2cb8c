import { expect, it } from 'vitest';
import { keysHint } from '../../../functions/local/keys-hint.ts';

it('names keys that everybody knows, and no others', () => {
  expect(keysHint({ accessKeyId: 'local', secretAccessKey: 'local' })).toContain('AWS_ACCESS_KEY_ID=local');
  for (const keys of [
    { accessKeyId: 'AKIA', secretAccessKey: 'guarded' },
    { accessKeyId: 'local', secretAccessKey: 'guarded' },
  ]) {
    expect(keysHint(keys)).toContain('CLIPTAG_ACCESS_KEY_ID');
    expect(keysHint(keys)).not.toMatch(/AKIA|guarded/);
  }
});
