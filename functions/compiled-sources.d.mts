/** @returns the URL of the program's module; undefined where nothing can be compiled or kept */
export function compiledSources(root?: string): Promise<string | undefined>;
