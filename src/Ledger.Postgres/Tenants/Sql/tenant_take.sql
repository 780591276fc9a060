-- Takes the daemons of tenants that no node runs: $1 their names, $2 how many at most, $3 the place that their schema has, or nothing. One row each: name.
select t.name
from unnest($1::text[]) as t (name)
where pg_try_advisory_lock(hashtextextended('ledger:tenant:' || $3 || t.name, 0))
limit $2
