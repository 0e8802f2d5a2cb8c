import { signal } from '@preact/signals';
import type { ApiImage, StatusAnswer } from '../../api/contract.ts';
import { address } from './address.ts';
import { answer, asError, countAnew, find, newcomers, showChanged } from './answer.ts';
import * as api from './api.ts';
import { showLoneChanged } from './enlarged.ts';
import { loadLabelSets } from './label-sets.ts';
import { loadLabels } from './labels.ts';
import { followSelected } from './selection.ts';

/** Images have changed, of which nobody says which; so many more there are. */
interface CollectionChange {
  readonly added: number;
}

/**
 * `live`: pictures are told as they are tagged. `asking`: the server tells none (in the cloud), so it is asked now and
 * then. `lost`: it does not answer, or refuses to.
 */
export const connection = signal<'connecting' | 'live' | 'asking' | 'lost'>('connecting');
/** Why it is lost. */
export const connectionFault = signal<Error | undefined>(undefined);
export const status = signal<StatusAnswer | undefined>(undefined);
/** Images per second of the last minutes, the newest last. */
export const rates = signal<readonly number[]>([]);

const STATUS_MILLISECONDS = 4_000;
const RECONNECT_MILLISECONDS = 3_000;
/** Many pictures may come in a second, and are shown together. */
const GATHER_MILLISECONDS = 600;
const MAXIMUM_RATES = 90;

let hasListened = false;

export function connect(): void {
  listen();
  void askStatus();
  for (const change of ['online', 'offline']) addEventListener(change, () => void askStatus());
  setInterval(() => {
    if (document.visibilityState === 'visible') void askStatus();
  }, STATUS_MILLISECONDS);
}

function listen(): void {
  const events = api.events();
  events.addEventListener('image', ({ data }: MessageEvent<string>) => receive(JSON.parse(data) as ApiImage));
  events.addEventListener('collection', ({ data }: MessageEvent<string>) => {
    newcomers.value += (JSON.parse(data) as CollectionChange).added;
    isOutdated = true;
    gather();
  });
  events.addEventListener('label-sets', () => void loadLabelSets());
  events.addEventListener('open', () => {
    const isAgain = connection.value === 'lost' || hasListened;
    hasListened = true;
    connection.value = 'live';
    // Nobody has told what happened meanwhile.
    if (isAgain) void recover();
  });
  events.addEventListener('error', () => {
    if (connection.value === 'live') connection.value = 'connecting';
    void askStatus();
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, connection.value === 'asking' ? 10 * RECONNECT_MILLISECONDS : RECONNECT_MILLISECONDS);
  });
}

async function askStatus(): Promise<void> {
  try {
    status.value = await api.status();
    const rate = status.value.imagesPerSecond;
    if (rate !== undefined) rates.value = [...rates.value, rate].slice(-MAXIMUM_RATES);
    if (connection.value === 'lost') await recover();
    if (connection.value !== 'live') connection.value = 'asking';
  } catch (error) {
    // Another token is wanted than that which this browser has logged in with.
    if (error instanceof api.ApiProblem && error.problem.code === 'no-token') location.reload();
    connectionFault.value = asError(error);
    connection.value = 'lost';
  }
}

async function recover(): Promise<void> {
  if (connection.value === 'lost') connection.value = 'asking';
  await Promise.all([find({ isFresh: false }), loadLabels(), loadLabelSets()]);
}

function receive(image: ApiImage): void {
  const isLone = showLoneChanged(image);
  followSelected(image);
  const isShown = showChanged(image);
  if (!isShown && !isLone && image.status !== 'deleted') newcomers.value += 1;
  gather();
}

let gathering: ReturnType<typeof setTimeout> | undefined;
/** Whether pictures that are shown may have changed. */
let isOutdated = false;

/** Newcomers are put in their places only where nobody looks at something that would move. */
function gather(): void {
  if (gathering !== undefined) return;
  gathering = setTimeout(async () => {
    gathering = undefined;
    void loadLabels();
    const { view, image } = address.value;
    const isAtTop = view === 'photos' && image === undefined && scrollY < 80;
    const isIdle = answer.value.state !== 'loading' && !answer.value.isLoadingMore;
    const isBehind = newcomers.value > 0 || isOutdated;
    // What is being asked may have been answered before they came.
    if (isBehind && isAtTop && !isIdle) gather();
    else if (isBehind && isAtTop) {
      isOutdated = false;
      await find({ isFresh: false });
    } else await countAnew();
  }, GATHER_MILLISECONDS);
}
