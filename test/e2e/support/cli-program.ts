import { cliptag } from '../../../functions/cliptag.ts';

/** What functions/cliptag.mjs runs. */
process.exitCode = await cliptag(process.argv.slice(2));
