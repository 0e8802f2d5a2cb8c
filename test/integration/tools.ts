import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that are not from npm, and how they are had. */
const TOOLS = {
  aws: 'pip install awscli',
  bash: 'apt-get install bash',
  curl: 'apt-get install curl',
  exiftool: 'apt-get install libimage-exiftool-perl',
  boto3: 'pip install boto3',
  fish: 'apt-get install fish',
  flock: 'apt-get install util-linux',
  go: 'apt-get install golang',
  mc: 'go install github.com/minio/mc@latest',
  moto_server: "pip install 'moto[server]'",
  openssl: 'apt-get install openssl',
  rclone: 'apt-get install rclone',
  script: 'apt-get install bsdutils',
  zsh: 'apt-get install zsh',
} as const;

/**
 * Whether a program (boto3: a library of Python's) that a test needs is on this machine. If not, a line says what is
 * skipped for want of it. It is looked up instead of run, which takes Python's programs most of a second.
 */
export function available(tool: keyof typeof TOOLS): boolean {
  // boto3 comes with moto.
  const isHere = isOnPath(tool === 'boto3' ? 'moto_server' : tool);
  if (!isHere) console.info(`Skipped: tests with ${tool}, which is not on this machine (${TOOLS[tool]})`);
  return isHere;
}

/** Whether a shell would find a program of this name. */
export function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
