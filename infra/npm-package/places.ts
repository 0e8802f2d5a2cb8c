import { packagePath } from '../../functions/adapters/files/package-folder.ts';

/** Made anew by every build; git ignores it. */
export const DIST = packagePath('dist');

/** What users run or import, by the name of its file in `dist`: functions/cliptag.mjs and `exports` name them. */
export const ENTRIES = {
  cliptag: 'functions/cliptag.ts',
  tagger: 'functions/tagger/tagger.ts',
  index: 'infra/index.ts',
} as const;

/** The entries that are imported and have types. */
export const TYPED_ENTRIES = { tagger: ENTRIES.tagger, index: ENTRIES.index };
