-- Saves the progress of a part of a rebuild. $1 the projection, $2 the part, $3 the position that it has reached, $4 its events, $5 whether that is all.
update {ledger}.projection_rebuild_part as p
set reached = $3,
    events = $4,
    done = $5
where p.projection = $1
  and p.part = $2
