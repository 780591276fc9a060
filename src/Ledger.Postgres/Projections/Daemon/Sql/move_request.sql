-- Records the progress of a request, and returns whether it is still wanted: not if it was cancelled, or finished by a node that had lost its session. $1 its id,
-- $2 events, $3 of how many.
update {ledger}.projection_request as r
set seen_at = clock_timestamp(),
    events = $2,
    total = $3
where r.id = $1
returning not r.cancelled and r.finished_at is null
