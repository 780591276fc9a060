-- How many conflicts a merge has: $1 the target, $2 the source.
select count(*) from ledger.conflicts($1, $2)
