import { UsageFault } from './usage-fault.ts';

/** @throws {UsageFault} unless the one operand is `list` */
export function requireList(operands: readonly string[]): void {
  if (operands.length === 1 && operands[0] === 'list') return;
  const received = operands.length === 0 ? 'nothing' : `"${operands.join(' ')}"`;
  throw new UsageFault([`expected "list" but received ${received}`]);
}
