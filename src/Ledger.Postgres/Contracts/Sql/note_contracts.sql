-- Notes that a program has declared the newest versions of contracts again: $1 names, $2 versions, $3 whether they are enforced.
update {ledger}.event_contract as c
set is_enforced = $3,
    seen_at = clock_timestamp()
from unnest($1::text[], $2::integer[]) as n (name, version)
where c.name = n.name
  and c.version = n.version
