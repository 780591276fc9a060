-- A rebuild that was interrupted, a row for each part; no row if there is none. $1 the projection.
select r.floor, r.events, p.part, p.reached, p.events, p.done
from {ledger}.projection_rebuild as r
join {ledger}.projection_rebuild_part as p on p.projection = r.projection
where r.projection = $1
order by p.part
