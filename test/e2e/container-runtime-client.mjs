// What the runtime client of AWS's base image does with a function, as far as a handler of SQS events can tell. The
// real one must be compiled, so it is in the container only.
import { join } from 'node:path';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, value) => fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(value) });
const described = (error) => ({ errorType: error.name, errorMessage: String(error.stack) });

const [file = '', name = ''] = _HANDLER.split('.');
const { [name]: handler } = await import(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).catch(async (error) => {
  await post('init/error', described(error));
  process.exit(1);
});
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    await post(`invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`invocation/${id}/error`, described(error));
  }
}
