-- The events of a page of the log that pass a filter: $1 the number before the first, $2 the last one wanted, $3 how many events to look
-- at, $4 the prefix of their streams' names, $5 their types or null for all.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from (
    select *
    from {events}.mt_events as m
    where m.seq_id > $1
      and m.seq_id <= $2
    order by m.seq_id
    limit $3) as e
where starts_with(e.stream_id, $4)
  and ($5::text[] is null or e.type = any ($5))
order by e.seq_id
