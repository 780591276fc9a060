-- Says that a request is not wanted any more. $1 its id.
update {ledger}.projection_request as r
set cancelled = true
where r.id = $1
