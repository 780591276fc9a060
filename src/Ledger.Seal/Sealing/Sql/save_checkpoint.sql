-- Writes a checkpoint, or one with further signatures in its place: $1 its size, $2 the note.
insert into {ledger}.seal_checkpoint as c (size, note, created_at)
values ($1, $2, clock_timestamp())
on conflict (size) do update set note = excluded.note
