interface QueryFaultProps {
  readonly query: string;
  /** The first is 1. */
  readonly column: number;
  readonly text: string;
}

/** The query with the place that is not understood, and why. */
export function QueryFault({ query, column, text }: QueryFaultProps) {
  const at = Math.min(column - 1, query.length);
  const rest = query.slice(at);
  const [wrong = ''] = /^\s*\S*/.exec(rest) ?? [];
  return (
    <div id="query-fault" class="query-fault" role="alert">
      <p>{text}</p>
      <code>
        {query.slice(0, at)}
        <mark>{wrong || ' '}</mark>
        {rest.slice(wrong.length)}
      </code>
    </div>
  );
}
