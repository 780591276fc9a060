-- Notes what was counted, and counts the runs. $1 events, $2 bytes. The triggers go on from here.
insert into {ledger}.quota_used (slot, events, bytes, runs)
select gen_random_uuid(),
       $1,
       $2,
       (select count(*) from {events}.mt_streams as t where starts_with(t.id, 'run:') and t.is_archived is not true)
