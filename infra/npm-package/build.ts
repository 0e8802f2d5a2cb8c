import { cp, rm } from 'node:fs/promises';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { bundleFunctions } from '../packaging/function-code.ts';
import { bundleClient, bundlePackage } from './code.ts';
import { writeNotices } from './notices.ts';
import { copyOnnxRuntime } from './onnxruntime.ts';
import { writePage } from './page.ts';
import { DIST } from './places.ts';
import { prepareClassifiers } from './prepared.ts';
import { writeTypes } from './types.ts';

/**
 * `npm run build` makes what `npm pack` packs beside files that are shipped as they are:
 *
 *     dist/*.mjs            all code, one file for each entry and for each part that is loaded on its own
 *     dist/client.mjs       the client of the HTTP API, for browsers too
 *     dist/types/           types of what users import
 *     dist/onnxruntime/     shared libraries
 *     dist/prepared/        the default label set and its classifier for the embedded model
 *     dist/drawing-font/    the one font of text in SVGs
 *     dist/page/            the local pipeline's page
 *     dist/functions/       what a deployment puts into Lambda
 *     dist/THIRD-PARTY-NOTICES.txt
 */
await rm(DIST, { recursive: true, force: true });
const bundled = Promise.all([bundlePackage(DIST), writePage(`${DIST}/page`)]);
await Promise.all([
  bundled.then(([code, page]) => writeNotices(new Set([...code, ...page]), DIST)),
  bundleClient(DIST),
  writeTypes(`${DIST}/types`),
  copyOnnxRuntime(`${DIST}/onnxruntime`),
  prepareClassifiers(`${DIST}/prepared`),
  cp(packagePath('functions', 'adapters', 'sharp', 'drawing-font'), `${DIST}/drawing-font`, {
    recursive: true,
  }),
  bundleFunctions(`${DIST}/functions`),
]);
