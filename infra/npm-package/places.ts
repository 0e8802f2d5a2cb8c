import { packagePath } from '../../functions/adapters/files/package-folder.ts';

/** Made anew by every build; git ignores it. */
export const DIST = packagePath('dist');

/** What users call or import, by the name of its file in `dist`. `package.json` names the same in `bin` and `exports`. */
export const ENTRIES = {
  cliptag: 'infra/npm-package/bin.ts',
  tagger: 'functions/tagger/tagger.ts',
  index: 'infra/index.ts',
} as const;

/** The entries that are imported and have types. */
export const TYPED_ENTRIES = [ENTRIES.tagger, ENTRIES.index];
