-- How many events a merge would write, without branch.merged: $1 the target, $2 the source.
select count(*) from ledger.merge_preview($1, $2)
