-- Callers are at work: $1 their names. Those that were silent for a day are forgotten.
with gone as (
    delete from {ledger}.call_owner as o
    where o.seen_at < clock_timestamp() - interval '1 day'
      and o.owner <> all ($1)
)
insert into {ledger}.call_owner as o (owner, seen_at)
select n.owner, clock_timestamp()
from unnest($1) as n (owner)
on conflict on constraint pk_call_owner do update
set seen_at = excluded.seen_at
