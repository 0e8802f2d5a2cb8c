import { FRESH_DAYS } from '../../../core/base-image-age.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { wholeFrom } from '../../../terminal/flag-checks.ts';
import { onlyFlags } from '../../../terminal/flags.ts';
import { deployedStack, REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

const MAXIMUM_DAYS = 3_650;

export const outdated = command({
  usage: 'outdated [--days N] [--stack NAME [--region REGION]] [--json]',
  about: `Tells whether the base image of the functions is old: the one that this Cliptag deploys on, or the one that a stack runs on.
AWS patches its base images, but a function gets the patches only when the digest of a newer one is pinned (npm run pin:base in
a checkout, or a newer version of Cliptag) and deployed. Only the day is looked at, so that no registry need answer. Functions
that were deployed as zip archives have no base image of their own: AWS patches what they run on.
--json: {"pinnedOn","days","freshDays","outdated"}; pinnedOn and days are null where there is none.
Exit code: 0; 1 when it is old, as a scheduled job would ask.`,
  example: 'outdated --stack Cliptag',
  flags: {
    days: {
      type: 'string',
      value: 'N',
      about: `Up to so many days it is fresh, 1 to ${MAXIMUM_DAYS}. Default: ${FRESH_DAYS}.`,
      check: wholeFrom(1, MAXIMUM_DAYS),
    },
    stack: STACK_FLAG,
    region: REGION_FLAG,
    json: JSON_FLAG,
  },
  check: ({ flags, operands }) => [
    ...onlyFlags(operands),
    ...(flags.region !== undefined && flags.stack === undefined ? ['--region goes with --stack'] : []),
  ],
  run: async ({ flags }, output) => {
    const { baseImageState, stateText } = await import('./base-image-state.ts');
    const stack = flags.stack === undefined ? undefined : await deployedStack(flags.stack, flags.region);
    const state = await baseImageState(stack, Number(flags.days ?? FRESH_DAYS), new Date());
    await output.line(flags.json ? JSON.stringify(state) : stateText(state));
    return state.outdated ? EXIT.failed : EXIT.done;
  },
});
