-- Leaves a stream as it is: $1 the run, $2 the stream, $3 why, $4 what the database said or null. Of one of which some events are gone the rest stays.
-- A row if it was under way: the state that it has.
update {ledger}.retention_stream as s
set state = case when s.state = 'removing' then 'removed' else 'left' end,
    reason = $3,
    fault = $4,
    kept = case when s.state = 'removing' then coalesce((select t.version from {events}.mt_streams as t where t.id = s.stream), 0) else s.kept end
where s.run = $1
  and s.stream = $2
  and s.state in ('planned', 'archived', 'removing')
returning s.state
