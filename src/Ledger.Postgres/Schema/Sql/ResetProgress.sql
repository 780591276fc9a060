-- Sets progress beyond the newest event back to it, resumes stopped shards, and sets heads of projections back to their streams' versions, so that the next
-- events are applied.
with newest as (
    select coalesce(max(e.seq_id), 0) as number
    from {events}.mt_events as e),
drawn as (
    select greatest(case when s.is_called then s.last_value else 0 end, n.number) as number
    from {events}.mt_events_sequence as s
    cross join newest as n),
moved as (
    update {events}.mt_event_progression as p
    set last_seq_id = (select n.number from newest as n),
        last_updated = clock_timestamp()
    where p.last_seq_id > (select d.number from drawn as d)
      and p.name not in ('HighWaterAllocationFence', 'HighWaterStuckGap')
    returning p.name),
resumed as (
    update {ledger}.projection_shard as s
    set state = 'running'
    from moved as m
    where s.name = m.name
      and s.state = 'failed'),
tail as (
    update {ledger}.task_tail as t
    set seq = least(t.seq, (select n.number from newest as n)),
        sighted = null,
        holders = '{}'
    where greatest(t.seq, t.sighted) > (select d.number from drawn as d))
update {ledger}.projection_head as h
set version = s.version
from {events}.mt_streams as s
where s.id = h.stream
  and h.version > s.version
