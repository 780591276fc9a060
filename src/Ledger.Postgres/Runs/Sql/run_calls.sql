-- Events of streams, each stream's in order: $1 the streams, $2 the versions before the first wanted, $3 the last versions wanted, $4 whether requests to
-- models come without what they ask, $5 most rows, $6 the types that are wanted of those with an index, or null for all of these. The first event of a stream
-- and the last version wanted come whatever their type.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       case
           when w.is_short and e.type = 'llm.request' and jsonb_typeof(e.data) = 'object' then
               e.data - array['messages', 'input', 'prompt', 'tools']
           else e.data
       end,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[]) as w (stream, after, last, is_short)
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.stream_id = w.stream
      and m.version = 1
      and w.after < 1
      and m.type not in (
          'llm.request', 'llm.response', 'tool.called', 'tool.returned', 'call.requested', 'call.returned', 'call.failed', 'call.answered', 'call.unknown',
          'call.released', 'approval.requested', 'approval.decided', 'budget.set', 'budget.joined', 'budget.exhausted', 'responder.completed', 'responder.failed',
          'run.renamed', 'run.labelled', 'run.completed', 'run.failed', 'llm.usage', 'recording.ended', 'branch.created')
    union all
    select *
    from (
        select *
        from {events}.mt_events as m
        where m.stream_id = w.stream
          and m.version > w.after
          and m.version <= w.last
          and m.type in (
              'llm.request', 'llm.response', 'tool.called', 'tool.returned', 'call.requested', 'call.returned', 'call.failed', 'call.answered', 'call.unknown',
              'call.released', 'approval.requested', 'approval.decided', 'budget.set', 'budget.joined', 'budget.exhausted', 'responder.completed', 'responder.failed',
              'run.renamed', 'run.labelled', 'run.completed', 'run.failed', 'llm.usage', 'recording.ended', 'branch.created')
          and ($6::text[] is null or m.type = any ($6))
        order by m.version) as f
    union all
    select *
    from {events}.mt_events as m
    where m.stream_id = w.stream
      and m.version = w.last
      and w.last > greatest(w.after, 1)
      and m.type not in (
          'llm.request', 'llm.response', 'tool.called', 'tool.returned', 'call.requested', 'call.returned', 'call.failed', 'call.answered', 'call.unknown',
          'call.released', 'approval.requested', 'approval.decided', 'budget.set', 'budget.joined', 'budget.exhausted', 'responder.completed', 'responder.failed',
          'run.renamed', 'run.labelled', 'run.completed', 'run.failed', 'llm.usage', 'recording.ended', 'branch.created')) as e
limit $5
