-- Names the streams that a rebuild applies next. $1 streams, $2 the last version of each.
select {ledger}.touch_until_v1($1, $2)
