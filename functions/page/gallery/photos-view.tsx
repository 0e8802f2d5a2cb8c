import { countText, fileNameOf, numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Problem } from '../parts/problem.tsx';
import { address, go } from '../store/address.ts';
import { answer, find, isJudged, newcomers, sample } from '../store/answer.ts';
import { ApiProblem } from '../store/api.ts';
import { EmptyCollection, NothingFound } from './emptiness.tsx';
import { Gallery } from './gallery.tsx';
import { QueryFault } from './query-fault.tsx';
import { QueryTerms } from './query-terms.tsx';
import { ViewOptions } from './view-options.tsx';

/** What was found, and how it is shown. */
export function PhotosView({ onLabels }: { onLabels: () => void }) {
  const { state, images, fault } = answer.value;
  const { query, similar } = address.value;
  const isEverything = query === '' && similar === undefined && sample.value === undefined;
  if (state === 'ready' && images.length === 0 && isEverything) return <EmptyCollection />;
  const isQueryFault = fault instanceof ApiProblem && fault.problem.column !== undefined;
  return (
    <>
      {isQueryFault ? (
        <QueryFault query={query} column={fault.problem.column ?? 1} text={fault.message} />
      ) : (
        <div class="bar">
          <Heading />
          <ViewOptions onLabels={onLabels} />
        </div>
      )}
      <QueryTerms />
      <Comparison />
      {state === 'failed' && fault && !isQueryFault && <Problem fault={fault} onRetry={() => void find()} />}
      {state === 'ready' && images.length === 0 && <NothingFound />}
      <div class={state === 'loading' && images.length > 0 ? 'waiting' : ''} aria-busy={state === 'loading'}>
        {state === 'loading' && images.length === 0 ? <FirstSkeleton /> : images.length > 0 && <Gallery />}
      </div>
      {state === 'ready' && fault && <Problem fault={fault} onRetry={() => void find({ isFresh: false })} />}
      <Rest />
      <Newcomers />
    </>
  );
}

/** How many there are: the heading, and what is read out after a search. */
function Heading() {
  const { query, similar, isAll } = address.value;
  const { total, beyond, state, fault } = answer.value;
  const relevant = `${numberText(isAll ? total - beyond : total)} relevant`;
  const noun = isJudged.value
    ? relevant + (isAll ? ` of ${numberText(total)}` : '')
    : countText(total, 'picture');
  const title =
    query !== '' ? query : similar !== undefined || sample.value ? 'Similar pictures' : 'All pictures';
  return (
    <div class="heading">
      <h1 title={title}>{title}</h1>
      <p role="status">{state === 'loading' ? 'Searching …' : fault && total === 0 ? '' : noun}</p>
      {isJudged.value && beyond > 0 && (
        <button type="button" class="link" onClick={() => go({ isAll: !isAll })}>
          {isAll ? 'Show relevant ones only' : 'Show the rest'}
        </button>
      )}
    </div>
  );
}

/** The picture that others are compared with. */
function Comparison() {
  const { similar } = address.value;
  if (similar === undefined && sample.value === undefined) return null;
  const name = similar === undefined ? (sample.value?.name ?? '') : fileNameOf(similar.key);
  return (
    <p class="comparison">
      <Icon name="similar" />
      <span>
        Looks like {similar === undefined ? <b>{name}</b> : <Link to={{ image: similar }}>{name}</Link>}
      </span>
      <button
        type="button"
        class="quiet"
        aria-label="Compare no longer"
        onClick={() => {
          const isSample = sample.value !== undefined;
          sample.value = undefined;
          go({ similar: undefined, isAll: false });
          if (isSample) void find();
        }}
      >
        <Icon name="close" />
      </button>
    </p>
  );
}

function Rest() {
  const { images, cursor, beyond } = answer.value;
  if (cursor !== undefined || images.length === 0 || address.value.isAll || beyond === 0) return null;
  return (
    <p class="rest">
      That is all that is relevant.{' '}
      <button type="button" class="button" onClick={() => go({ isAll: true })}>
        Show the rest
      </button>
    </p>
  );
}

function Newcomers() {
  const count = newcomers.value;
  if (count === 0) return null;
  return (
    <button
      type="button"
      class="newcomers"
      onClick={() => {
        scrollTo({ top: 0, behavior: 'instant' });
        void find({ isFresh: false });
      }}
    >
      <Icon name="retry" />
      {countText(count, 'new picture')}: show
    </button>
  );
}

function FirstSkeleton() {
  return (
    <div class="first-skeleton" aria-hidden="true">
      {Array.from({ length: 24 }, (_, at) => (
        <span key={at} class={`skeleton shape-${at % 5}`} />
      ))}
    </div>
  );
}
