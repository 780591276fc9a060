-- How many events summaries lack that only a program with their rules can write: $1 the rules of the caller.
select coalesce(sum(s.version - r.version), 0)::bigint
from {ledger}.run_summary as r
cross join lateral (
    select m.version
    from {events}.mt_streams as m
    where m.id = r.stream
    limit 1) as s
where r.is_behind
  and r.rules <> $1
