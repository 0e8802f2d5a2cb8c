import { z } from 'zod';

/** The file in a checkpoint's folder that says where the others come from: pulling writes it, compiling reads it. */
export const SOURCE_FILE = 'source.json';

export const sourceSchema = z.object({
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
});

/** Where weights come from, as a manifest says it. */
export type ModelSource = Readonly<z.infer<typeof sourceSchema>>;
