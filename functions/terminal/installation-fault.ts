/** Packages with native code, by what their errors name, as people know them. */
const NATIVE: ReadonlyArray<readonly [RegExp, string]> = [
  [/onnxruntime/, 'ONNX Runtime'],
  [/sharp|@img|libvips/, 'sharp'],
  [/classic-level|No native build was found/, 'LevelDB (classic-level)'],
  [/esbuild/, 'esbuild'],
];

/** How packages say that their native code is not there, or not for this system. */
const UNLOADABLE =
  /Could not load the "sharp" module|No native build was found|package "@esbuild\/|installed esbuild for another platform|\.node'/;
const MISSING = /^Cannot find (?:package|module) '((?:@[^/']+\/)?[^./'][^/']*)/;

const LONGEST_REASON = 160;
const INSTALL =
  'remove node_modules and run npm ci --include=dev --include=optional on this machine (in a project of your own: npm install --include=optional)';

/** What to do about an error of a package that is not, or not rightly, installed; undefined for all other errors. */
export function installationFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message, code } = error as NodeJS.ErrnoException;
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  const missing = isMissing ? MISSING.exec(message)?.[1] : undefined;
  if (code === 'ERR_DLOPEN_FAILED' || UNLOADABLE.test(message)) return unloadable(error);
  if (missing !== undefined) return `the package ${missing} is not installed: ${INSTALL}`;
  return installationFault(error.cause);
}

function unloadable({ message, stack = '' }: Error): string {
  const name =
    NATIVE.find(([pattern]) => pattern.test(message) || pattern.test(stack))?.[1] ?? 'a native library';
  const system = `${process.platform} ${process.arch}`;
  const [words = ''] = message.split(/\n?(?:Possible solutions|Require stack):/);
  const reason = words.replace(/\s+/g, ' ').trim();
  const shown = reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
  const isForGlibc = name === 'ONNX Runtime' && hasMusl();
  const remedy = isForGlibc
    ? 'it has no build for Alpine and other systems with musl: take one with glibc, such as Debian or the image node:22-slim'
    : INSTALL;
  return `${name} cannot be loaded on ${system}${isForGlibc ? ' with musl' : ''}: ${remedy} (${shown})`;
}

/** Node's report names the version of glibc that it runs with; elsewhere on Linux there is none. */
function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  // Its part on the network may wait for name servers.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
