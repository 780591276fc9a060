-- Forgets how far a projection has come. $1 the projection.
delete from {ledger}.projection_head as h
where h.projection = $1
