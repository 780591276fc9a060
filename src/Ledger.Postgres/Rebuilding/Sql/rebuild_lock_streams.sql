-- Locks streams, and keeps swaps of a projection waiting. $1 the projection, $2 the streams.
select {ledger}.touch_v1($1, $2)
