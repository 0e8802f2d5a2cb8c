import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the modules of the recipe in Go are on this machine, since tests download nothing. If not, a line says so. */
export function hasGoModules(): boolean {
  const { GOMODCACHE } = goSettings();
  if (existsSync(join(GOMODCACHE, 'cache/download/github.com/aws/aws-sdk-go-v2/service/dynamodb/@v')))
    return true;
  console.info('Skipped: the recipe in Go, whose modules are not on this machine (go mod tidy fetches them)');
  return false;
}

/** Has Go take modules from those that are on this machine. */
export function goEnvironment(): NodeJS.ProcessEnv {
  const settings = goSettings();
  return {
    ...settings,
    GOFLAGS: '',
    GOSUMDB: 'off',
    GOPROXY: `file://${settings.GOMODCACHE}/cache/download`,
  };
}

function goSettings(): { readonly GOMODCACHE: string; readonly GOCACHE: string } {
  return JSON.parse(execFileSync('go', ['env', '-json', 'GOMODCACHE', 'GOCACHE'], { encoding: 'utf8' }));
}
