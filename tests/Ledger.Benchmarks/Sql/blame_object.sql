-- Which events set the properties of an object last: $1 the run, $2 the object. One row: how many properties.
select count(*) from ledger.blame($1, $2)
