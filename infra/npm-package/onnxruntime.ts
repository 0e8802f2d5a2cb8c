import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';

const LIBRARIES = packagePath('node_modules', 'onnxruntime-node', 'bin', 'napi-v6');

/**
 * What each platform loads, and no more: on macOS the library is there under two names, and on Windows DirectML and its
 * compilers (42 MB) are loaded by name only when a session asks for a graphics card.
 */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'linux/x64': ['onnxruntime_binding.node', 'libonnxruntime.so.1'],
  'linux/arm64': ['onnxruntime_binding.node', 'libonnxruntime.so.1'],
  'darwin/arm64': ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'],
  'win32/x64': ['onnxruntime_binding.node', 'onnxruntime.dll'],
};

/** Copies ONNX Runtime's libraries to `PLATFORM/ARCHITECTURE/`. */
export async function copyOnnxRuntime(folder: string): Promise<void> {
  for (const [platform, names] of Object.entries(FILES)) {
    await mkdir(join(folder, platform), { recursive: true });
    for (const name of names) await cp(join(LIBRARIES, platform, name), join(folder, platform, name));
  }
}
