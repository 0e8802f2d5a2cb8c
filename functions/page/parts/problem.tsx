import { ApiProblem, Unreachable } from '../store/api.ts';
import { Icon } from './icon.tsx';

/** What went wrong, in the server's words, and a way on. */
export function Problem({ fault, onRetry }: { fault: Error; onRetry: () => void }) {
  const title = fault instanceof ApiProblem ? fault.problem.title : 'That did not work';
  return (
    <div class="problem" role="alert">
      <Icon name="problems" />
      <div>
        <strong>{fault instanceof Unreachable ? 'The server does not answer' : title}</strong>
        <p>
          {fault instanceof Unreachable
            ? 'Is it running? npx cliptag start starts the pipeline, npx cliptag page --stack NAME the page of a stack.'
            : fault.message}
        </p>
      </div>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
