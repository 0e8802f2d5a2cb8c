import { EXIF_CHOICES } from '../../core/formats/exif/exif-choice.ts';
import { MAXIMUM_OBJECT_TAGS } from '../../core/results/object-tags.ts';
import { command } from '../../terminal/command.ts';
import { checkCount, checkNotEmpty, checkServerPort, wholeFrom } from '../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../terminal/flags.ts';
import { LOCAL_PIPELINE } from '../control-api/local-pipeline.ts';
import type { PortChoice } from '../http/loopback-server.ts';
import type { StartOptions } from './start-options.ts';
import { WATCH_MODES, watchedFolders } from './watched-folders.ts';

const DEFAULT_PORTS = {
  's3-port': LOCAL_PIPELINE.s3Port,
  'dynamodb-port': LOCAL_PIPELINE.dynamodbPort,
  'http-port': LOCAL_PIPELINE.httpPort,
} as const;
const DEFAULT_DATA_FOLDER = '.cliptag';

type PortFlag = keyof typeof DEFAULT_PORTS;

function portFlag(flag: PortFlag, what: string) {
  const about = `${what} Default: ${DEFAULT_PORTS[flag]}.`;
  return { type: 'string', value: 'PORT', about, check: checkServerPort } as const;
}

const flags = {
  's3-port': portFlag('s3-port', 'Port of the S3 endpoint.'),
  'dynamodb-port': portFlag('dynamodb-port', 'Port of the DynamoDB endpoint.'),
  'http-port': portFlag('http-port', 'Port of the page and the HTTP API.'),
  host: {
    type: 'string',
    value: 'ADDRESS',
    about:
      'The address to listen on, such as 0.0.0.0 for all of them. Other machines need a token and keys. Default: 127.0.0.1.',
    check: checkNotEmpty,
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    about:
      'What opens the page and the HTTP API, CLIPTAG_TOKEN by default. Other users of this machine can read what stands here.',
    check: checkNotEmpty,
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    about: 'A file that holds the token. Default: CLIPTAG_TOKEN_FILE.',
    check: checkNotEmpty,
  },
  'allowed-host': {
    type: 'string',
    multiple: true,
    value: 'NAME',
    about: 'A name by which browsers and programs call it from elsewhere, as photos.example.org of a proxy.',
    check: (value: string) => (/^[\w.-]+$/.test(value) ? undefined : 'the name of a machine, without port'),
  },
  port: {
    type: 'string',
    value: 'auto',
    about: '`--port auto`: where a port is taken that no other flag names, the next free one.',
    check: (value: string) => (value === 'auto' ? undefined : 'auto, or a flag for one of the ports'),
  },
  data: {
    type: 'string',
    value: 'FOLDER',
    about: `Where all state is kept. Default: ${DEFAULT_DATA_FOLDER}.`,
    check: checkNotEmpty,
  },
  model: {
    type: 'string',
    value: 'MODEL',
    about:
      'The model: the name of one that `cliptag models list` shows, or a model folder. Default: embedded.',
    check: checkNotEmpty,
  },
  labels: {
    type: 'string',
    multiple: true,
    value: 'FILE|FOLDER',
    about: 'Label sets to use instead of those that come with Cliptag.',
    check: checkNotEmpty,
  },
  watch: {
    type: 'string',
    multiple: true,
    value: 'FOLDER',
    about: 'Tag the pictures of a folder, too, with all that is put there, changed or deleted.',
    check: checkNotEmpty,
  },
  'watch-mode': {
    type: 'string',
    value: 'MODE',
    about:
      'reference: its pictures are read where they are, and never written or deleted. copy: they are copied; a copy that is deleted in the bucket stays deleted until its file changes. Default: reference.',
    check: (value: string) =>
      WATCH_MODES.some((mode) => mode === value) ? undefined : WATCH_MODES.join(' or '),
  },
  'watch-max-delete': {
    type: 'string',
    value: 'N',
    about:
      'More pictures than this stay where a folder below a watched one disappears with them, or comes up empty, as one that is not mounted. Default: 500.',
    check: checkCount,
  },
  exif: {
    type: 'string',
    value: 'CHOICE',
    about: `What is recorded of a picture's EXIF, which is time, camera and place: ${EXIF_CHOICES.join(', ')}. Default: all.`,
    check: (value: string) =>
      EXIF_CHOICES.some((choice) => choice === value) ? undefined : EXIF_CHOICES.join(', '),
  },
  'no-thumbnails': {
    type: 'boolean',
    about: 'Make and keep no thumbnails while pictures are tagged: the page makes them when it is looked at.',
  },
  'object-tags': {
    type: 'string',
    value: 'N',
    about: `Give each image up to N of its tags as S3 object tags, 1 to ${MAXIMUM_OBJECT_TAGS}. Default: none.`,
    check: wholeFrom(1, MAXIMUM_OBJECT_TAGS),
  },
  'no-reembed': {
    type: 'boolean',
    about: 'Leave pictures that another model has tagged as they are. Default: they are tagged anew.',
  },
  'result-events': {
    type: 'boolean',
    about: 'Print the event of each image as EventBridge would get it, one JSON value a line.',
  },
} as const;
type Flags = FlagValues<typeof flags>;

/** `cliptag start`, which `npm start` runs. */
export const start = command({
  usage: `start [--s3-port PORT] [--dynamodb-port PORT] [--http-port PORT] [--port auto]
       [--data FOLDER] [--host ADDRESS] [--token TOKEN|--token-file FILE] [--allowed-host NAME …]
       [--model MODEL] [--labels FILE|FOLDER …]
       [--watch FOLDER …] [--watch-mode reference|copy] [--watch-max-delete N]
       [--exif all|without-place|none] [--no-thumbnails]
       [--object-tags N] [--no-reembed] [--result-events]`,
  about: `Runs the whole pipeline on this machine: S3 endpoint, queue, the handler that Lambda runs, DynamoDB, and a page
to search and look at pictures.
Tags the sample photographs on its first start, then every upload, until Ctrl-C. Ports are on 127.0.0.1 unless --host
says otherwise; 0 takes a free one. State survives a stop, and a crash.

Keys, where it runs in the foreground of a terminal: o opens the page, r tags all pictures anew, q quits, ? shows them.

Label sets may be changed meanwhile, in their files and in the page: uploads get the new ones, and it says how many pictures
have tags of before and how to tag them anew.

After a change of the model, the pictures that the earlier one has tagged are tagged anew in the background, and uploads
go beside them. That may be stopped at any time: the next start does the rest.

Environment: CLIPTAG_ACCESS_KEY_ID and CLIPTAG_SECRET_ACCESS_KEY, the keys that both endpoints accept; "local" unless set.
CLIPTAG_TOKEN or CLIPTAG_TOKEN_FILE, what opens the page and the HTTP API; nothing is needed unless set.
CLIPTAG_ACCESS_FILE, a file that holds token and keys, in lines NAME=VALUE; the first start makes it.
Exit code: 0 after Ctrl-C; 2 when it cannot start with these flags, or a port is taken; 3 when
one already runs with this data folder.`,
  example: 'start --data /tmp/cliptag',
  flags,
  check: ({ flags: given, operands }) => [
    ...onlyFlags(operands),
    ...equalPorts(given),
    ...twoTokens(given),
    ...idleMode(given),
  ],
  run: async ({ flags: given }, output) => {
    // Loaded only now, so that help and faults of the command line do not wait for the pipeline.
    const { networkAccess } = await import('./network-access.ts');
    const access = await networkAccess(given);
    const { runStart } = await import('./start-run.ts');
    return runStart({ ...optionsOf(given), access }, output);
  },
});

function optionsOf(given: Flags): Omit<StartOptions, 'access'> {
  const limit = given['object-tags'];
  return {
    ports: {
      s3: portChoice(given, 's3-port'),
      dynamodb: portChoice(given, 'dynamodb-port'),
      http: portChoice(given, 'http-port'),
    },
    dataFolder: given.data ?? DEFAULT_DATA_FOLDER,
    model: given.model,
    watched: watchedFolders(given.watch ?? [], given.data ?? DEFAULT_DATA_FOLDER),
    watchMode: WATCH_MODES.find((mode) => mode === given['watch-mode']) ?? 'reference',
    watchMaximumVanished:
      given['watch-max-delete'] === undefined ? undefined : Number(given['watch-max-delete']),
    labelSets: given.labels,
    exif: EXIF_CHOICES.find((choice) => choice === given.exif),
    makesThumbnails: given['no-thumbnails'] !== true,
    objectTagLimit: limit === undefined ? undefined : Number(limit),
    printsResultEvents: given['result-events'] === true,
    reembeds: given['no-reembed'] !== true,
  };
}

function portChoice(given: Flags, flag: PortFlag): PortChoice {
  const isFixed = given[flag] !== undefined || given.port === undefined;
  return isFixed ? portOf(given, flag) : { from: portOf(given, flag) };
}

function portOf(given: Flags, flag: PortFlag): number {
  return Number(given[flag] ?? DEFAULT_PORTS[flag]);
}

function idleMode({ watch, ...given }: Flags): readonly string[] {
  if (watch !== undefined) return [];
  const needing = ['watch-mode', 'watch-max-delete'] as const;
  return needing.filter((name) => given[name] !== undefined).map((name) => `--${name} needs --watch`);
}

function twoTokens({ token, 'token-file': file }: Flags): readonly string[] {
  return token !== undefined && file !== undefined ? ['expected one of --token and --token-file'] : [];
}

function equalPorts(given: Flags): readonly string[] {
  const names = Object.keys(DEFAULT_PORTS) as PortFlag[];
  return names.flatMap((name, i) => {
    const port = portOf(given, name);
    const earlier = names.slice(0, i).find((other) => portOf(given, other) === port && port !== 0);
    return earlier ? [`--${name}: expected another port than that of --${earlier}, ${port}`] : [];
  });
}
