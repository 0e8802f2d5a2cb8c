import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiImage, WhyAnswer } from '../../api/contract.ts';
import type { ModelView } from '../model/score-picture.ts';
import { numberText } from '../model/texts.ts';
import { asError } from '../store/answer.ts';
import { why } from '../store/api.ts';
import { ScoreDrawing } from './score-drawing.tsx';

type ExplainedLabel = WhyAnswer['labels'][number];

/** Prompts, examples or rivals of one list. */
const TOLD = 5;

/** Why a picture carries a label, or does not: asked anew whenever the picture's record changes. */
export function WhyPanel({ image, label, id }: { image: ApiImage; label: string; id: string }) {
  const found = useSignal<readonly ExplainedLabel[] | undefined>(undefined);
  const fault = useSignal<Error | undefined>(undefined);
  const { bucket, key, recordedAt, tags } = image;
  useEffect(() => {
    const asking = new AbortController();
    why({ bucket, key }, label, asking.signal).then(
      ({ labels }) => {
        found.value = labels;
        fault.value = undefined;
      },
      (error: unknown) => {
        if (!asking.signal.aborted) fault.value = asError(error);
      },
    );
    return () => asking.abort();
  }, [bucket, key, label, recordedAt, tags]);
  return (
    <div id={id} class="why-panel" aria-live="polite" aria-busy={!found.value && !fault.value}>
      {fault.value ? (
        <p class="bad">{fault.value.message}</p>
      ) : (
        found.value?.map((one) => <Explained key={`${one.set} ${one.label}`} explained={one} />)
      )}
    </div>
  );
}

function Explained({ explained }: { explained: ExplainedLabel }) {
  const { sentence, model, prompts = [], examples = [] } = explained;
  return (
    <section>
      <p>{sentence}</p>
      {model && <ScoreDrawing view={model} />}
      {model && <Numbers view={model} />}
      <Carriers title="Prompts by cosine" carriers={prompts} />
      <Carriers title="Nearest examples" carriers={examples} />
      {model?.share !== undefined && <Shares view={model} />}
    </section>
  );
}

function Numbers({ view }: { view: ModelView }) {
  const { score, threshold, rank, names, cosine, nullDistribution, broader, narrower } = view;
  const above = nullDistribution?.deviationsAbove;
  return (
    <dl class="numbers">
      <dt>Score</dt>
      <dd>
        {score.toFixed(2)}, {threshold.score.toFixed(2)} is enough
      </dd>
      <dt>Rank</dt>
      <dd>
        {numberText(rank)} of {numberText(names)}
      </dd>
      {cosine !== undefined && (
        <>
          <dt>Cosine</dt>
          <dd>
            {cosine.toFixed(3)}
            {above !== undefined &&
              `, ${Math.abs(above).toFixed(1)} deviations ${above < 0 ? 'below' : 'above'}`}
          </dd>
        </>
      )}
      <Related name="Broader" labels={broader} />
      <Related name="Narrower" labels={narrower} />
    </dl>
  );
}

function Related({ name, labels }: { name: string; labels: ModelView['broader'] }) {
  if (labels.length === 0) return null;
  const told = labels.slice(0, 3).map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  const more = labels.length - told.length;
  return (
    <>
      <dt>{name}</dt>
      <dd>{[...told, ...(more > 0 ? [`${numberText(more)} more`] : [])].join(', ')}</dd>
    </>
  );
}

function Carriers({ title, carriers }: { title: string; carriers: ExplainedLabel['prompts'] & {} }) {
  if (carriers.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="carriers">
        {carriers.slice(0, TOLD).map(({ text, cosine }) => (
          <li key={text}>
            <span>{text}</span> <small>{cosine.toFixed(3)}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What the label and its rivals take of the whole. */
function Shares({ view }: { view: ModelView }) {
  const { label, share = 0, rivals, narrower } = view;
  const own = { name: narrower.length > 0 ? `${label} and narrower labels` : label, share };
  const all = [own, ...rivals.map((rival) => ({ name: rivalName(rival), share: rival.share }))];
  return (
    <>
      <h4>Shares of the whole</h4>
      <ul class="shares">
        {all.map(({ name, share: part }) => (
          <li key={name}>
            <span>{name}</span> <small>{partText(part)}</small>
            <span class="track" aria-hidden="true">
              <span style={{ width: `${Math.round(part * 100)}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What rounding would make nothing is said to be little. */
function partText(part: number): string {
  return part > 0 && part < 0.005 ? '<1 %' : `${Math.round(part * 100)} %`;
}

function rivalName({ kind, text, count = 0 }: ModelView['rivals'][number]): string {
  if (kind === 'none-of-these') return 'none of these';
  if (kind === 'unknown') return 'unknown';
  if (kind === 'contrast') return `“${text}”`;
  return kind === 'others' ? `${numberText(count)} other labels` : (text ?? '');
}
