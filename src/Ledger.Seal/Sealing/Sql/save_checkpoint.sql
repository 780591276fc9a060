-- Writes further signatures to a checkpoint that the transaction holds: $1 its size, $2 the note.
update {ledger}.seal_checkpoint as c
set note = $2
where c.size = $1
