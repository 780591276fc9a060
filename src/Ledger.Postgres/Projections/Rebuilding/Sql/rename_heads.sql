-- Gives the progress of new tables to the projection that they are of. $1 the projection, $2 the name that they had.
update {ledger}.projection_head as h
set projection = $1
where h.projection = $2
