-- Leaves a stream as it is: $1 the run, $2 the stream, $3 why, $4 what the database said or null. Of one that is being removed nothing more is, and what is left of it is shown again by
-- the next pages. The first reason counts. A row if it was under way: the state that it has.
update {ledger}.retention_stream as s
set state = case when s.state = 'removing' then 'removing' else 'left' end,
    reason = coalesce(s.reason, $3),
    fault = coalesce(s.fault, $4)
where s.run = $1
  and s.stream = $2
  and s.state in ('planned', 'archived', 'removing')
returning s.state
