/**
 * Switches that the SDKs offer only as environment variables; both are read when the first client or session is made.
 */
const SWITCHES = {
  /**
   * ONNX Runtime from 1.29 on sends usage data to its makers unless told otherwise (microsoft/onnxruntime#27379). To
   * that end it also searches the command line with a regular expression, and ends in a stack overflow when that is
   * longer than some 30,000 characters: a thousand texts, or the images of a large folder.
   */
  ORT_DISABLE_TELEMETRY: '1',
  /** That next year's versions will not run on this Node is news for developers, not for every command. */
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

export function setSdkSwitches(): void {
  // biome-ignore lint/style/noProcessEnv: it is written, not read
  Object.assign(process.env, SWITCHES);
}
