import { describe, expect, it } from 'vitest';
import { checkpointReference } from '../../../../functions/checkpoints/pull/checkpoint-reference.ts';
import { KNOWN_MODELS } from '../../../../functions/checkpoints/pull/known-models.ts';

describe('what is to be pulled', () => {
  it.each(Object.keys(KNOWN_MODELS))('may be the name %s, which stands for one commit', (name) => {
    expect(checkpointReference(name)).toMatchObject({
      name,
      repo: expect.stringMatching(/^[\w.-]+\/[\w.-]+$/),
      revision: expect.stringMatching(/^[0-9a-f]{40}$/),
      licence: expect.stringMatching(/^(MIT|Apache-2\.0)$/),
    });
  });

  it.each([
    ['hf:a/b', { name: 'a--b', repo: 'a/b', revision: 'main' }],
    ['hf:a.x/b-1@v2.0', { name: 'a.x--b-1@v2.0', repo: 'a.x/b-1', revision: 'v2.0' }],
    ['hf:a/b@refs/pr/15', { name: 'a--b@refs-pr-15', repo: 'a/b', revision: 'refs/pr/15' }],
  ])('may be a repository: %s', (text, expected) => {
    expect(checkpointReference(text)).toMatchObject(expected);
  });

  it.each([
    '',
    'vit',
    'constructor',
    'a/b',
    'hf:a',
    'hf:a/b/c',
    'hf:a/..',
    'hf:../b',
    'hf:a/b@',
    'hf:a/b@../c',
    'hf:a/b@x?y',
    'hf:a/b@x/../y',
  ])('rejects "%s", naming what there is', (text) => {
    expect(() => checkpointReference(text)).toThrow(
      /Expected vit-b-32-256-datacomp, .* or hf:OWNER\/REPO\[@REVISION\] but received/,
    );
  });

  it.each([
    [
      'hf:google/siglip2-base-patch16-naflex',
      /siglip2-base-patch16-naflex: NaFlex takes pictures of any proportions/,
    ],
    ['hf:timm/PE-Core-B-16@main', /PE-Core turns queries and keys/],
    ['hf:apple/MobileCLIP2-S0', /non-commercial research only/],
    ['hf:facebook/metaclip-2-worldwide-huge-378', /allows no commercial use/],
  ])('rejects %s before anything is downloaded, with the reason', (text, message) => {
    expect(() => checkpointReference(text)).toThrow(message);
  });

  it('takes other repositories of the same publishers, and copies by others', () => {
    for (const text of [
      'hf:google/siglip2-base-patch16-256',
      'hf:facebook/metaclip-b32-400m',
      'hf:me/my-naflex',
    ])
      expect(checkpointReference(text).repo).toBe(text.slice(3));
  });
});
