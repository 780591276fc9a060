-- Writes a checkpoint unless there is one of its size: $1 its size, $2 the note.
insert into {ledger}.seal_checkpoint (size, note, created_at)
values ($1, $2, clock_timestamp())
on conflict ({tenant_key}size) do nothing
