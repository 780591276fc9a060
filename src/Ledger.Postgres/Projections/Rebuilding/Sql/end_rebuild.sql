-- Forgets a rebuild. $1 the projection.
delete from {ledger}.projection_rebuild as r
where r.projection = $1
