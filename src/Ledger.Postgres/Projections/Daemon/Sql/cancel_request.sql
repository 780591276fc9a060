-- Cancels a request. $1 its id.
update {ledger}.projection_request as r
set cancelled = true
where r.id = $1
