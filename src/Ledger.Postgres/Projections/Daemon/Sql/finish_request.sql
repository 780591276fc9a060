-- Marks a request as finished, unless another node has. $1 its id, $2 events, $3 of how many, $4 what went wrong, or null.
update {ledger}.projection_request as r
set finished_at = clock_timestamp(),
    events = $2,
    total = $3,
    error = $4
where r.id = $1
  and r.finished_at is null
