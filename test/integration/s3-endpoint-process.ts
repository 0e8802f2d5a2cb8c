/**
 * An endpoint in a process of its own, for tests that kill it. Arguments: state folder, then `refuse` for a
 * receiver that never takes a notification over. Prints one JSON line when it is ready and one for each
 * notification.
 */
import { startS3Endpoint } from '../../functions/local/s3-endpoint/s3-endpoint.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';

const [, , folder = '', behaviour] = process.argv;
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { url } = await startS3Endpoint({
  folder,
  port: 0,
  credentials: { [ACCESS_KEY]: SECRET },
  async onNotification(_, notification) {
    print({ notification });
    // S3's test event is let through, so that notifications can be configured.
    if (behaviour === 'refuse' && 'Records' in notification) await new Promise(() => {});
  },
});
print({ url });
