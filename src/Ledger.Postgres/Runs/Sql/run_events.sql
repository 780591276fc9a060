-- Events of streams, each stream's in order: $1 the streams, $2 the versions before the first wanted, $3 the last versions wanted, $4 the types that are
-- wanted besides the first and the last event, or null for all, $5 whether requests to models come without what they ask, $6 most rows.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       case
           when e.is_short and e.type = 'llm.request' and jsonb_typeof(e.data) = 'object' then
               e.data - array['messages', 'input', 'prompt', 'tools']
           else e.data
       end,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::text[], $2::bigint[], $3::bigint[], $5::boolean[]) as w (stream, after, last, is_short)
cross join lateral (
    select m.*, w.is_short
    from {events}.mt_events as m
    where m.stream_id = w.stream
      and m.version > w.after
      and m.version <= w.last
      and ($4::text[] is null or m.type = any ($4) or m.version = w.last or m.version = 1)
    order by m.version) as e
limit $6
