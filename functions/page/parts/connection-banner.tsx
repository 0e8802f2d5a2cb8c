import { ApiProblem } from '../store/api.ts';
import { connection, connectionFault } from '../store/connection.ts';
import { Icon } from './icon.tsx';

/** Told plainly, for nothing else on the page is true then. */
export function ConnectionBanner() {
  if (connection.value !== 'lost') return null;
  const fault = connectionFault.value;
  return (
    <div class="banner" role="alert">
      <Icon name="problems" />
      {fault instanceof ApiProblem ? (
        <span>
          <b>{fault.problem.title}</b> {fault.problem.detail} This page tries again by itself.
        </span>
      ) : (
        <span>
          <b>The pipeline does not answer.</b> It may have been stopped: <code>npx cliptag start</code> starts
          it, and <code>npx cliptag page --stack NAME</code> the page of a stack. This page tries again by
          itself.
        </span>
      )}
    </div>
  );
}
