-- Notes what was counted, and counts the runs. $1 events, $2 bytes. The triggers go on from here, in as many rows as sessions prefer.
insert into {ledger}.quota_used (slot, events, bytes, runs)
select ('00000000-0000-0000-0000-' || lpad(to_hex(n.slot), 12, '0'))::uuid,
       case n.slot when 0 then $1 else 0 end,
       case n.slot when 0 then $2 else 0 end,
       case n.slot when 0 then (select count(*) from {events}.mt_streams as t where starts_with(t.id, 'run:') and t.is_archived is not true) else 0 end
from generate_series(0, 63) as n (slot)
