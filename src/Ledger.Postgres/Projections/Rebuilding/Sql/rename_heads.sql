-- Assigns the progress of new tables to their projection. $1 the projection, $2 the provisional name.
update {ledger}.projection_head as h
set projection = $1
where h.projection = $2
