-- A page of the events of calls in a history, by their index: $1 the own stream, $2 streams, $3 the first and $4 the last version wanted of each, $5 most rows.
-- In the order of the streams, then by version, as the nested loop gives it. The last column is the version of the own stream; without events one row has it.
select e.ordinal,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id,
       o.version
from (select coalesce((select s.version from {events}.mt_streams as s where s.id = $1), 0) as version) as o
left join lateral (
    select w.ordinal, f.*
    from unnest($2::text[], $3::bigint[], $4::bigint[]) with ordinality as w (stream, first, last, ordinal)
    cross join lateral (
        select *
        from {events}.mt_events as m
        where m.stream_id = w.stream
          and m.version between w.first and w.last
          and m.type in (
              'llm.request', 'llm.response', 'tool.called', 'tool.returned', 'call.requested', 'call.returned', 'call.failed', 'call.answered', 'call.unknown',
              'call.released', 'approval.requested', 'approval.decided', 'budget.set', 'budget.joined', 'budget.exhausted', 'responder.completed', 'responder.failed',
              'run.renamed', 'run.labelled', 'run.completed', 'run.failed', 'llm.usage', 'recording.ended', 'branch.created')
        order by m.version
        limit $5) as f
    limit $5) as e on true
