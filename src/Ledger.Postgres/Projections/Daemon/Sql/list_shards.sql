-- Every shard: its name, kind, state, position; how far it lags in numbers and in time; its owner, its last error, its dead letters.
-- And the last number that the log has drawn. $1 the row of the mark, which is not a shard. Nor are Marten's own rows.
-- A projection of Marten that nobody has paused has the state that its daemon writes into the row of its progress, at least three times a minute; an inline one is
-- never behind.
select p.name,
       p.kind,
       case
           when p.kind not like 'marten%' or s.state = 'paused' then s.state
           when p.agent_status = 'Paused' then 'paused'
           else 'running'
       end,
       p.last_seq_id,
       greatest(l.last - p.last_seq_id, 0),
       coalesce(greatest(clock_timestamp() - n."timestamp", '0'), '0'),
       case
           when k.pid is not null then s.node
           when p.kind = 'marten' and s.state is distinct from 'paused' and p.agent_status = 'Running' and p.heartbeat > clock_timestamp() - interval '1 min' then
               coalesce('node ' || p.running_on_node, 'a daemon of Marten')
       end,
       coalesce(s.error, p.pause_reason),
       coalesce(s.error_sequence, p.failure_event_sequence),
       coalesce(s.error_at, case when p.pause_reason is not null then p.heartbeat end),
       coalesce(d.letters, 0),
       (select greatest(case when q.is_called then q.last_value else 0 end, l.last) from {events}.mt_events_sequence as q)
from (select coalesce(max(e.seq_id), 0) as last from {events}.mt_events as e) as l
cross join lateral (
    select coalesce(g.name, h.name) as name,
           coalesce(h.kind, 'marten') as kind,
           case when h.kind = 'marten inline' then l.last else coalesce(g.last_seq_id, 0) end as last_seq_id,
           g.agent_status,
           g.heartbeat,
           g.running_on_node,
           g.pause_reason,
           g.failure_event_sequence
    from {events}.mt_event_progression as g
    full join {ledger}.projection_shard as h on h.name = g.name
    where g.name is not null
       or h.kind like 'marten%') as p
left join {ledger}.projection_shard as s on s.name = p.name
left join lateral (
    select e."timestamp"
    from {events}.mt_events as e
    where e.seq_id > p.last_seq_id
    order by e.seq_id
    limit 1) as n on true
left join lateral (
    select a.pid
    from pg_catalog.pg_locks as a
    where a.locktype = 'advisory'
      and a.granted
      and a.database = (select b.oid from pg_catalog.pg_database as b where b.datname = current_database())
      and a.objsubid = 1
      and (a.classid::bigint << 32) | a.objid::bigint in (
          {ledger}.shard_key_v1(p.name),
          -- That of a daemon of all tenants, which has the lock of a shard only while it moves it.
          hashtextextended({ledger_text} || '.daemon of ' || s.node, 0))
    limit 1) as k on true
left join lateral (
    select count(*) as letters
    from {events}.mt_doc_deadletterevent as m
    where concat_ws(':', m.data ->> 'ProjectionName', m.data ->> 'ShardName') = p.name
      and not m.data ? 'DroppedReason') as d on true
where p.name not in ($1, 'HighWaterMark', 'HighWaterAllocationFence', 'HighWaterStuckGap')
order by p.name collate "C"
