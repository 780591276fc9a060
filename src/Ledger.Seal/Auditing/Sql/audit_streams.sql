-- The streams whose row does not say that it ends with the last of its events, and those that retention hides as a whole: the stream, whether it has a row, the version of that, the
-- version of its last event, and the run of retention that is removing or restoring it, or null. Marten's tombstones are not counted. One pass over the index of versions, so that
-- many short streams cost no more than few long ones.
with differing as (
    select coalesce(t.id, e.stream_id) as stream,
           t.id is not null as has_row,
           coalesce(t.version, 0) as version,
           coalesce(e.last, 0) as last
    from (select m.stream_id, max(m.version) as last from {events}.mt_events as m group by m.stream_id) as e
    full join {events}.mt_streams as t on t.id = e.stream_id
    where (t.id is null or coalesce(t.version, 0) <> coalesce(e.last, 0))
      and coalesce(t.id, e.stream_id) <> 'mt_tombstone'
)
select d.stream,
       d.has_row,
       d.version,
       d.last,
       (select max(r.run) from {ledger}.retention_stream as r where r.stream = d.stream and r.state in ('removing', 'restoring'))
from differing as d
union all
select r.stream, true, 0, 0, r.run
from {ledger}.retention_stream as r
where r.kept = 0
  and r.state in ('removing', 'restoring')
