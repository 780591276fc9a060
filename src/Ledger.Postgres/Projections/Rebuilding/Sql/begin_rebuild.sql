-- Records the start of a rebuild. $1 the projection, $2 the mark, $3 how many events there are, $4 the number of parts, $5 where they begin.
with rebuild as (
    insert into {ledger}.projection_rebuild (projection, floor, events, started_at)
    values ($1, $2, $3, clock_timestamp()))
insert into {ledger}.projection_rebuild_part (projection, part, reached, events, done)
select $1, n, $5, 0, false
from generate_series(0, $4 - 1) as n
