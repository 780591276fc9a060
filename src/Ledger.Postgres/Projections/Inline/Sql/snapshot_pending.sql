-- The events of the touched streams that their documents do not contain yet, each stream's in order; a branch has no document.
-- {documents} their table; $1 the prefix of the streams' names.
select s.stream,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from {ledger}.touched_v1() as s
left join lateral (
    select m.mt_version
    from {documents} as m
    where m.id = s.stream
    limit 1) as d on true
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.stream_id = s.stream
      and m.version > coalesce(d.mt_version, 0)
      and m.version <= s.last
    order by m.version) as e
where starts_with(s.stream, $1)
  and not exists (select from {ledger}.branch as b where b.stream = s.stream)
