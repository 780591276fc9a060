-- Puts a shard where its rebuilt tables are. $1 the shard, $2 the number, $3 whether it begins one that has no progress.
with moved as (
    update {events}.mt_event_progression as p
    set last_seq_id = $2,
        last_updated = clock_timestamp()
    where p.name = $1
    returning 1)
insert into {events}.mt_event_progression (name, last_seq_id, last_updated)
select $1, $2, clock_timestamp()
where $3
  and not exists (select from moved)
on conflict ({tenant_key}name) do nothing
