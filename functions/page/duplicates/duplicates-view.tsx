import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { mayGo } from '../../core/search/duplicates/may-go.ts';
import { nameOf } from '../model/address.ts';
import { numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Problem } from '../parts/problem.tsx';
import { address, go } from '../store/address.ts';
import { asError } from '../store/answer.ts';
import { type DuplicateGroup, type Duplicates, duplicates } from '../store/api.ts';
import { DeletePlanBar } from './delete-plan-bar.tsx';
import { GroupView } from './group-view.tsx';

const PAGE = 20;

/** Pictures that are the same, group by group: which to keep, and a plan of what may go. Nothing is deleted here. */
export function DuplicatesView() {
  const { kind, query } = address.value;
  const groups = useSignal<readonly DuplicateGroup[]>([]);
  const found = useSignal<Duplicates | undefined>(undefined);
  const fault = useSignal<Error | undefined>(undefined);
  /** Names of the pictures that may go. */
  const doomed = useSignal<ReadonlySet<string>>(new Set());

  const load = async (signal: AbortSignal, cursor?: string) => {
    fault.value = undefined;
    try {
      const answer = await duplicates({ kind, query, limit: PAGE, cursor }, signal);
      groups.value = cursor === undefined ? answer.groups : [...groups.value, ...answer.groups];
      found.value = answer;
      if (kind === 'photo') doomed.value = new Set([...doomed.value, ...answer.groups.flatMap(worseOnes)]);
    } catch (error) {
      if (!signal.aborted) fault.value = asError(error);
    }
  };
  useEffect(() => {
    const controller = new AbortController();
    found.value = undefined;
    groups.value = [];
    doomed.value = new Set();
    void load(controller.signal);
    return () => controller.abort();
  }, [kind, query]);

  const toggle = (name: string) => {
    const next = new Set(doomed.value);
    if (!next.delete(name)) next.add(name);
    doomed.value = next;
  };
  const total = found.value?.total ?? 0;
  return (
    <>
      <div class="bar">
        <div class="heading">
          <h1>Duplicates</h1>
          <p role="status">
            {found.value === undefined
              ? fault.value === undefined
                ? 'Comparing …'
                : ''
              : `${numberText(total)} ${total === 1 ? 'group' : 'groups'}`}
          </p>
        </div>
        <fieldset class="switch">
          <legend class="unseen">What counts as a duplicate</legend>
          {(['photo', 'scene'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={kind === one} onClick={() => go({ kind: one })}>
              {one === 'photo' ? 'Same photo' : 'Same scene'}
            </button>
          ))}
        </fieldset>
      </div>
      <p class="soft lead">
        {kind === 'photo'
          ? 'The same photograph, perhaps smaller or compressed anew. The best one is kept unless you choose otherwise.'
          : 'Different photographs of the same scene, such as a burst. All are kept unless you choose otherwise.'}
        {query !== '' && (
          <>
            {' '}
            Only among pictures for <b>{query}</b>.{' '}
            <Link class="link" to={{ query: '' }}>
              Among all
            </Link>
          </>
        )}
      </p>
      {fault.value && <Problem fault={fault.value} onRetry={() => void load(new AbortController().signal)} />}
      {found.value !== undefined && total === 0 && <NoDuplicates />}
      {groups.value.map((group) => (
        <GroupView
          key={group.images.map(nameOf).join()}
          group={group}
          doomed={doomed.value}
          onToggle={toggle}
        />
      ))}
      {found.value?.cursor !== undefined && (
        <button
          type="button"
          class="button more"
          onClick={() => void load(new AbortController().signal, found.value?.cursor)}
        >
          More groups
        </button>
      )}
      <DeletePlanBar groups={groups.value.map(({ images }) => images)} doomed={doomed.value} />
    </>
  );
}

/** All but the first, which is the best, and those with which something would be lost. */
function worseOnes({ images: [best, ...others] }: DuplicateGroup): readonly string[] {
  return best ? others.filter((image) => mayGo(image, best)).map(nameOf) : [];
}

function NoDuplicates() {
  return (
    <div class="emptiness">
      <span class="emptiness-sign">
        <Icon name="check" />
      </span>
      <h2>None found</h2>
      <p>No two pictures are as alike as this.</p>
    </div>
  );
}
