/**
 * What fits a request to a function URL: an event of 6 MB holds a picture in base64, four bytes for three, beside its headers
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const MAXIMUM_REQUEST_BYTES = 4_400_000;

/** The largest picture that `POST /similar` takes, in bytes. */
export function pictureLimit(maximumBytes: number): number {
  return Math.min(maximumBytes, MAXIMUM_REQUEST_BYTES);
}
