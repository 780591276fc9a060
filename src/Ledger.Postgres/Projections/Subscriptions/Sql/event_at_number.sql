-- Which event has a number: $1, that of an event of stream $2 with version $3 (both null: unknown) when it was read. One row: its id, stream and version, or null if
-- no event has the number; the number of the newest event, or 0; and whether the event that had the number was removed on purpose.
-- That is so if a compaction has put its own event there; or if no event has the number, and the stream, which is as long as it was or longer, has none with the version, or
-- retention has removed it. After a loss the stream is shorter, or other events have the versions.
select e.id,
       e.stream_id,
       e.version,
       (select coalesce(max(n.seq_id), 0) from {events}.mt_events as n),
       case
           when e.id is not null then
               e.stream_id = $2
               and e.version = $3
               and exists (select from {events}.mt_streams as s where s.id = $2 and s.compacted_version >= $3)
           else
               exists (select from {events}.mt_streams as s where s.id = $2 and s.version >= $3)
               and not exists (select from {events}.mt_events as m where m.stream_id = $2 and m.version = $3)
               or exists (
                   select
                   from {ledger}.retention_stream as r
                   where r.stream = $2
                     and r.version >= $3
                     and r.kept < $3
                     and r.state in ('removing', 'removed', 'restoring'))
       end
from (select $1::bigint as number, $2::text as stream, $3::bigint as version) as w
left join {events}.mt_events as e on e.seq_id = w.number
