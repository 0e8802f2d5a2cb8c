import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { repository } from '../../e2e/support.ts';

/** What compose.yaml may say of its service: a setting that is not here has no flag below, and fails. */
const service = z.strictObject({
  build: z.literal('.'),
  image: z.literal('cliptag'),
  command: z.array(z.string()),
  user: z.string(),
  volumes: z.array(z.string()),
  ports: z.array(z.string()),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
  pids_limit: z.int(),
  init: z.boolean(),
  stop_grace_period: z.string().regex(/^\d+s$/),
  restart: z.literal('unless-stopped'),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }),
});

export type ComposeService = z.infer<typeof service>;

const file = z.strictObject({
  name: z.literal('cliptag'),
  services: z.strictObject({ server: service }),
  volumes: z.strictObject({ data: z.null(), pictures: z.null() }),
});

/**
 * The service of compose.yaml, with its variables put in as Compose does: `${NAME:-default}`.
 *
 * @param variables what `.env` would hold
 */
export function composeService(variables: Readonly<Record<string, string>> = {}): ComposeService {
  const text = readFileSync(join(repository, 'compose.yaml'), 'utf8');
  const whole = text.replaceAll(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, rest: string) => variables[name] ?? rest,
  );
  return file.parse(parse(whole)).services.server;
}

/** The flags of `docker run` that stand for all settings but ports, build and restart. */
export function runFlags(given: ComposeService): readonly string[] {
  return [
    ...['--user', given.user],
    ...given.volumes.flatMap((one) => ['--volume', one]),
    ...(given.read_only ? ['--read-only'] : []),
    ...given.tmpfs.flatMap((one) => ['--tmpfs', one]),
    ...given.cap_drop.flatMap((one) => ['--cap-drop', one]),
    ...given.security_opt.flatMap((one) => ['--security-opt', one]),
    ...['--memory', given.mem_limit, '--pids-limit', String(given.pids_limit)],
    ...(given.init ? ['--init'] : []),
    ...['--stop-timeout', given.stop_grace_period.slice(0, -1)],
    ...['--log-driver', given.logging.driver],
    ...Object.entries(given.logging.options).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
  ];
}
