// ONNX Runtime's library for this platform, from `dist/onnxruntime`. Bundled, so paths are relative to a file in `dist`.
// The list is not a template, since the bundler would look for the files that a template may name.
const path = [process.platform, process.arch, 'onnxruntime_binding.node'].join('/');

/** For a platform that this package has no library for, the one that the user has installed. */
function installedLibrary(fault) {
  if (fault.code !== 'MODULE_NOT_FOUND') throw fault;
  try {
    return require(['onnxruntime-node/bin/napi-v6', path].join('/'));
  } catch (cause) {
    const message = `Cliptag brings no ONNX Runtime for ${process.platform} ${process.arch}: npm install onnxruntime-node`;
    throw new Error(message, { cause });
  }
}

try {
  module.exports = require(['./onnxruntime', path].join('/'));
} catch (fault) {
  module.exports = installedLibrary(fault);
}
