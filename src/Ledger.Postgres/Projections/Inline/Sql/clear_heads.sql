-- Deletes the progress of a projection. $1 the projection.
delete from {ledger}.projection_head as h
where h.projection = $1
