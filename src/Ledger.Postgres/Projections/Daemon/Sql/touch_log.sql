-- Takes the next page of the log for a projection. $1 the shard, $2 where it is, $3 the projection, $4 the prefix of its streams' names, $5 the last number
-- wanted, $6 the most events. One row: where the shard is now, the number of events, whether Marten writes here.
select t.reached, t.events, t.others
from {ledger}.touch_log_v1($1, $2, $3, $4, $5, $6) as t
