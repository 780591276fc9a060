-- Lists events that cannot be applied. $1 streams, $2 versions, $3 the names of the faults.
insert into {ledger}.world_fault (stream, version, fault)
select n.stream, n.version, n.fault
from unnest($1, $2, $3) as n (stream, version, fault)
