import { afterEach, describe, expect, it, vi } from 'vitest';
import { installationFault } from '../../../functions/terminal/installation-fault.ts';

const errorOf = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

afterEach(() => vi.restoreAllMocks());

describe('installationFault', () => {
  // As Node 20 and the packages themselves put it where the files were taken away.
  it.each([
    [
      errorOf(
        "Cannot find module '../bin/napi-v6/linux/x64/onnxruntime_binding.node'\nRequire stack:\n- /a.js",
        'MODULE_NOT_FOUND',
      ),
      /^ONNX Runtime cannot be loaded on .*onnxruntime_binding\.node'\)$/,
    ],
    [
      errorOf('libonnxruntime.so.1: cannot open shared object file', 'ERR_DLOPEN_FAILED'),
      /^ONNX Runtime cannot be loaded/,
    ],
    [
      errorOf('/x/node_modules/a/b.node: invalid ELF header', 'ERR_DLOPEN_FAILED'),
      /^a native library cannot be loaded .*invalid ELF header/,
    ],
    [
      errorOf('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:\n- x'),
      /^sharp cannot be loaded .*\(Could not load the "sharp" module using the linux-x64 runtime\)$/,
    ],
    [
      errorOf('No native build was found for platform=linux\n    loaded from: /x\n'),
      /^LevelDB \(classic-level\) cannot be loaded/,
    ],
    [
      errorOf('The package "@esbuild/linux-x64" could not be found, and is needed by esbuild.'),
      /^esbuild cannot be loaded/,
    ],
    [
      errorOf("Cannot find package 'yaml' imported from /x.ts", 'ERR_MODULE_NOT_FOUND'),
      /^the package yaml is not installed: remove node_modules and run npm ci/,
    ],
    [
      errorOf("Cannot find package '@img/colour' imported from /x.ts", 'ERR_MODULE_NOT_FOUND'),
      /^the package @img\/colour is not installed/,
    ],
    [
      new Error('above', { cause: errorOf("Cannot find module 'zod'", 'MODULE_NOT_FOUND') }),
      /^the package zod is not installed/,
    ],
  ])('says in one line what to do about %s', (error, line) => {
    const fault = installationFault(error);
    expect(fault).toMatch(line);
    expect(fault).not.toContain('\n');
  });

  it.each([
    errorOf("Cannot find module '/x/functions/gone.ts' imported from /x.ts", 'ERR_MODULE_NOT_FOUND'),
    errorOf('ENOENT: no such file', 'ENOENT'),
    new Error('anything'),
    'a text',
    undefined,
  ])('leaves %s to others', (error) => expect(installationFault(error)).toBeUndefined());

  it.skipIf(process.platform !== 'linux')('says that ONNX Runtime has no build for musl', () => {
    const error = errorOf(
      'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /x/onnxruntime_binding.node)',
      'ERR_DLOPEN_FAILED',
    );
    vi.spyOn(process.report, 'getReport').mockReturnValue({ header: {} });
    expect(installationFault(error)).toMatch(
      /^ONNX Runtime cannot be loaded on linux \w+ with musl: it has no build for Alpine/,
    );
    vi.restoreAllMocks();
    expect(installationFault(error)).not.toContain('musl');
  });
});
