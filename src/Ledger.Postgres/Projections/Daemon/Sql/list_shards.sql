-- Every shard: its name, kind, state, position; how far it lags in numbers and in time; its owner, its last error, its dead letters.
-- And the last number that the log has drawn. $1 the row of the mark, which is not a shard. Nor are Marten's own rows.
select p.name,
       s.kind,
       coalesce(s.state, 'running'),
       coalesce(p.last_seq_id, 0),
       greatest(l.last - coalesce(p.last_seq_id, 0), 0),
       coalesce(greatest(clock_timestamp() - n."timestamp", '0'), '0'),
       case when k.pid is not null then s.node end,
       s.error,
       s.error_sequence,
       s.error_at,
       coalesce(d.letters, 0),
       (select greatest(case when q.is_called then q.last_value else 0 end, l.last) from {events}.mt_events_sequence as q)
from {events}.mt_event_progression as p
cross join (select coalesce(max(e.seq_id), 0) as last from {events}.mt_events as e) as l
left join {ledger}.projection_shard as s on s.name = p.name
left join lateral (
    select e."timestamp"
    from {events}.mt_events as e
    where e.seq_id > coalesce(p.last_seq_id, 0)
    order by e.seq_id
    limit 1) as n on true
left join lateral (
    select a.pid
    from pg_catalog.pg_locks as a
    where a.locktype = 'advisory'
      and a.granted
      and a.database = (select b.oid from pg_catalog.pg_database as b where b.datname = current_database())
      and a.objsubid = 1
      and (a.classid::bigint << 32) | a.objid::bigint = {ledger}.shard_key_v1(p.name)
    limit 1) as k on true
left join lateral (
    select count(*) as letters
    from {events}.mt_doc_deadletterevent as m
    where concat_ws(':', m.data ->> 'ProjectionName', m.data ->> 'ShardName') = p.name) as d on true
where p.name not in ($1, 'HighWaterMark', 'HighWaterAllocationFence', 'HighWaterStuckGap')
order by p.name collate "C"
