import { packagePath } from '../../functions/adapters/files/package-folder.ts';

/** Made anew by every build; git ignores it. */
export const DIST = packagePath('dist');

/** What users run or import, by the name of its file in `dist`: functions/cliptag.mjs and `exports` name them. */
export const ENTRIES = {
  cliptag: 'functions/cliptag.ts',
  tagger: 'functions/tagger/tagger.ts',
  index: 'infra/index.ts',
  /** A process of its own, which the construct starts. */
  'stage-image-process': 'infra/packaging/stage-image-process.ts',
} as const;

/** Imported by programs in browsers, too, so that it needs nothing of Node. */
export const CLIENT_ENTRY = { client: 'functions/client/client.ts' } as const;

/** The entries that are imported and have types. */
export const TYPED_ENTRIES = { tagger: ENTRIES.tagger, index: ENTRIES.index, ...CLIENT_ENTRY };
