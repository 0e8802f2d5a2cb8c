import { setTimeout as pause } from 'node:timers/promises';
import { queueDepth } from '../../../adapters/aws/sqs.ts';
import {
  type MessageMove,
  type SqsDeadLetter,
  type SqsDeadLetters,
  sqsDeadLetters,
} from '../../../adapters/aws/sqs-dead-letters.ts';
import { awsError } from '../../pipeline/aws-error.ts';
import { type DeadLetters, deadLetter, type Redriven } from '../../pipeline/dead-letters.ts';

export interface DeployedDeadLettersOptions {
  readonly region: string | undefined;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly maximumPerSecond: number | undefined;
}

const POLL_MILLISECONDS = 1_000;

/** SQS moves the messages by itself; this asks it how far it has come. */
export function deployedDeadLetters(options: DeployedDeadLettersOptions): DeadLetters {
  const { region, queueUrl, deadLetterQueueUrl, maximumPerSecond } = options;
  const config = region === undefined ? {} : { region };
  const sqs = sqsDeadLetters(deadLetterQueueUrl, config);
  return {
    count: () =>
      withAwsErrors(async () => {
        const { visible, inFlight } = await queueDepth(deadLetterQueueUrl, config);
        return visible + inFlight;
      }),
    sample: () => withAwsErrors(async () => (await sqs.sample()).map(fromSqs)),
    isMoving: () => withAwsErrors(async () => isUnderWay(await sqs.latestMove())),
    redrive: (onProgress) =>
      withAwsErrors(async () => {
        const latest = await sqs.latestMove();
        if (isUnderWay(latest)) return follow(sqs, undefined, onProgress);
        await sqs.startMove(queueUrl, maximumPerSecond);
        return follow(sqs, latest, onProgress);
      }),
    cancel: () =>
      withAwsErrors(async () => {
        const { handle, state } = (await sqs.latestMove()) ?? {};
        if (handle !== undefined && state === 'RUNNING') await sqs.cancelMove(handle);
      }),
  };
}

function fromSqs({ deliveryError, ...message }: SqsDeadLetter) {
  return deadLetter(message, {
    sentAt: message.sentAt,
    reason: deliveryError && `EventBridge could not deliver it: ${deliveryError}`,
  });
}

function isUnderWay(move: MessageMove | undefined): boolean {
  return move?.state === 'RUNNING' || move?.state === 'CANCELLING';
}

/** @param earlier a move that SQS may still tell of when a newer one has just begun */
async function follow(
  sqs: SqsDeadLetters,
  earlier: MessageMove | undefined,
  onProgress: (moved: number) => void,
): Promise<Redriven> {
  for (;;) {
    const move = await sqs.latestMove();
    const isOurs = move && move.startedAtMilliseconds !== earlier?.startedAtMilliseconds;
    if (isOurs && !isUnderWay(move)) return outcomeOf(move);
    onProgress(isOurs ? move.moved : 0);
    await pause(POLL_MILLISECONDS);
  }
}

function outcomeOf({ state, moved, failureReason }: MessageMove): Redriven {
  if (state === 'COMPLETED') return { state: 'completed', moved };
  return state === 'CANCELLED'
    ? { state: 'cancelled', moved }
    : { state: 'failed', moved, reason: failureReason };
}

async function withAwsErrors<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw awsError('the dead-letter queue cannot be redriven', 'queue-fault', error);
  }
}
