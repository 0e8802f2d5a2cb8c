import type { ComponentChildren } from 'preact';
import { numberText } from '../model/texts.ts';
import { Link } from '../parts/link.tsx';
import { connection, rates, status } from '../store/connection.ts';
import { CostSoFar } from './cost-so-far.tsx';
import { RateCurve } from './rate-curve.tsx';

/** How the pipeline is doing. */
export function StatusView() {
  const now = status.value;
  if (now === undefined)
    return (
      <p class="soft lead">{connection.value === 'lost' ? 'The pipeline does not answer.' : 'Asking …'}</p>
    );
  const { queue, deadLetters, images, imagesPerSecond } = now;
  const { tagged, failed, unsupported } = images;
  return (
    <>
      <div class="bar">
        <div class="heading">
          <h1>Status</h1>
          <p role="status">{queue.visible + queue.inFlight === 0 ? 'All is done' : 'At work'}</p>
        </div>
      </div>
      <div class="cards">
        <Card name="Waiting" value={queue.visible} remark="pictures in the queue" />
        <Card name="At work" value={queue.inFlight} remark="pictures in hand" />
        <Card name="Speed" value={imagesPerSecond} remark="pictures a second" digits={1}>
          <RateCurve rates={rates.value} />
        </Card>
        <Card
          name="Dead letters"
          value={deadLetters}
          remark={
            deadLetters === 0 ? 'nothing was given up' : 'npx cliptag redrive shows them and moves them back'
          }
          isBad={deadLetters > 0}
        />
        <Card name="Tagged" value={tagged} remark="pictures" />
        <Card
          name="Without tags"
          value={failed + unsupported}
          isBad={failed > 0}
          remark={`${failed} failed, ${unsupported} unsupported`}
        >
          {failed + unsupported > 0 && (
            <Link class="link" to={{ view: 'problems' }}>
              See why
            </Link>
          )}
        </Card>
      </div>
      <CostSoFar images={tagged + failed + unsupported} />
    </>
  );
}

interface CardProps {
  readonly name: string;
  readonly value: number | undefined;
  readonly remark: string;
  readonly digits?: number;
  readonly isBad?: boolean;
  readonly children?: ComponentChildren;
}

function Card({ name, value, remark, digits = 0, isBad = false, children }: CardProps) {
  const shown = value === undefined ? '–' : digits > 0 ? value.toFixed(digits) : numberText(value);
  return (
    <section class={`card${isBad ? ' bad' : ''}`}>
      <h2>{name}</h2>
      <p class="figure">{shown}</p>
      <p class="soft">{remark}</p>
      {children}
    </section>
  );
}
