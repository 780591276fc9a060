-- Saves the high-water mark for the next node that starts. $1 its row, $2 the mark.
insert into {events}.mt_event_progression as p (name, last_seq_id, last_updated)
values ($1, $2, clock_timestamp())
on conflict ({tenant_key}name) do update set
    last_seq_id = excluded.last_seq_id,
    last_updated = excluded.last_updated
where p.last_seq_id < excluded.last_seq_id
