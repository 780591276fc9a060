-- A process that makes calls is alive: $1 its name. Those that were silent for a day are forgotten.
with gone as (
    delete from {ledger}.call_owner as o
    where o.seen_at < clock_timestamp() - interval '1 day'
      and o.owner <> $1
)
insert into {ledger}.call_owner as o (owner, seen_at)
values ($1, clock_timestamp())
on conflict on constraint pk_call_owner do update
set seen_at = excluded.seen_at
