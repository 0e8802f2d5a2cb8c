/**
 * A sentence for those who sign with other keys than an endpoint's: which are meant. Only keys that everybody knows are named.
 *
 * @example
 * keysHint({ accessKeyId: 'local', secretAccessKey: 'local' });
 * // 'Use local for both: AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local.'
 */
export function keysHint(keys: { readonly accessKeyId: string; readonly secretAccessKey: string }): string {
  return keys.accessKeyId === 'local' && keys.secretAccessKey === 'local'
    ? 'Use local for both: AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local.'
    : 'Use the keys with which cliptag start was started: its CLIPTAG_ACCESS_KEY_ID and CLIPTAG_SECRET_ACCESS_KEY.';
}
