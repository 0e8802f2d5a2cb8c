import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import type { Pixels } from '../../functions/core/pixels/pixels.ts';
import { text } from '../fixtures/pictures.ts';
import { expectFault } from '../fixtures/pixel-checks.ts';
import { DISC, discDocuments, discUnder } from '../fixtures/svg-documents.ts';

const decode = (bytes: Uint8Array) => sharpPixelDecoder().decode(bytes, { size: 64, resize: 'bicubic' });
const documents = Object.fromEntries(discDocuments());

describe('an SVG is drawn as it is without any of it, with', () => {
  let plain: Pixels;
  beforeAll(async () => {
    plain = await decode(text(DISC));
  });

  // What differs for libvips and librsvg; that others come to the same is a unit test's.
  it.each([
    'white space before the declaration',
    'a comment with ]> and quotes in the subset',
    'brackets in literals',
    'an instruction with ]> in the subset',
    'instructions and comments around the type',
    'an entity for the namespace',
    'parameter entities',
    'more than the XML parser takes in a comment',
    'no namespace',
    'another prefix',
    'a prefix that the document type binds',
    'UTF-16, big-endian',
    'ISO-8859-1',
    'gzip around UTF-16',
  ])('%s', async (name) => {
    expect(await decode(documents[name] ?? new Uint8Array())).toEqual(plain);
  });
});

const utf16 = Buffer.from(`\ufeff${DISC}`, 'utf16le');
const cut = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 7);

it.each([
  ['under a prefix', cut(text(discUnder('s')))],
  ['in UTF-16', cut(utf16)],
  ['packed', cut(gzipSync(DISC))],
  ['within another of its own kind', text(DISC.replace('<circle', '<svg/><svg></svg><circle').slice(0, -7))],
])('rejects an SVG that is cut off %s as truncated', (_, bytes) =>
  expectFault(decode(bytes), 'failed', 'truncated'),
);

it('rejects an SVG whose packing is damaged as corrupt', () => {
  const packed = gzipSync(DISC);
  packed.fill(0, packed.length - 8, packed.length - 4);
  return expectFault(decode(packed), 'failed', 'corrupt');
});

it.each([
  ['ends with its first tag and has no size', '<svg xmlns="http://www.w3.org/2000/svg" width="0"/>'],
  ['is not in UTF-8', DISC.replace('<rect', '<title>\xe9</title><rect')],
  ['goes on behind its root element', `${DISC}</svg>`],
])('rejects an SVG that %s as corrupt', (_, content) =>
  expectFault(decode(Buffer.from(content, 'latin1')), 'failed', 'corrupt'),
);

it('rejects an SVG in an encoding that is not known as unsupported', () =>
  expectFault(
    decode(text(`<?xml version="1.0" encoding="IBM850"?>${DISC}`)),
    'unsupported',
    'unsupported-format',
  ));
